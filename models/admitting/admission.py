"""What a receiver must know of a source to let a request in, and whether it does.

It is the part of a source's definition that is read for every request; an unreadable one lets no
one in. What is made of the webhook later stands in the other part, which no receiver reads.
"""

import ipaddress
import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, IPvAnyNetwork, ValidationError

from models.admitting.events import Event, EventId, event_of
from models.admitting.request import BrokenDefinitionError, NotAdmittedError, Request
from models.admitting.schemes import Basic, Bearer, FixedHeader, Jwt, Signature, Text
from models.admitting.senders import Senders
from models.admitting.signing import verify


class Admission(BaseModel):
    """Who is let in, and what they may ask for."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    signature: Signature | None = None
    """How its senders show who they are; without it, by the webhook URL alone."""
    addresses: tuple[IPvAnyNetwork, ...] = ()
    """The addresses and networks that it sends from; without any, from anywhere."""
    event_id: EventId | None = None
    senders: Senders = Senders()
    reader: Text | None = None
    """The code that makes of a request what expressions see: its function `read`."""

    @property
    def checks_anything(self) -> bool:
        """Whether a request must be looked at before it is stored."""
        return bool(self.signature or self.addresses or self.event_id)

    @property
    def secret_headers(self) -> frozenset[str]:
        """The headers that hold a secret itself, in small letters: what they hold is not stored."""
        match self.signature:
            case Basic() | Bearer():
                return frozenset({"authorization"})
            case FixedHeader(header=header) | Jwt(header=str() as header):
                return frozenset({header.lower()})
            case _:
                return frozenset()


class AddressError(NotAdmittedError):
    """The request comes from an address that its source does not send from."""


def part_for_receivers(definition: Any) -> str:
    """Return the part of a definition that admission needs, as text that can be compared."""
    if not definition:
        return ""
    if not isinstance(definition, dict):  # somebody wrote the row by hand: it lets no one in
        return json.dumps(definition)
    names = Admission.model_fields.keys()
    kept = {name: value for name, value in definition.items() if name in names}
    return json.dumps(kept, sort_keys=True) if kept else ""


@lru_cache(maxsize=10_000)
def read_admission(text: str) -> Admission:
    """Read what `part_for_receivers` made.

    Raises:
        BrokenDefinitionError: it cannot be read, so that no one can be let in.
    """
    try:
        return Admission.model_validate_json(text) if text else Admission()
    except ValidationError as error:
        where = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        raise BrokenDefinitionError(f"The definition cannot be read: {where}.") from None


def admit(admission: Admission, request: Request, now: datetime) -> Event | None:
    """Let a request in, and return the event that it tells of, where its source has such ids.

    Raises:
        AddressError: it comes from elsewhere.
        NotAdmittedError: its signature is not that of its source.
        BrokenDefinitionError: that cannot be checked.
    """
    if admission.addresses and not _is_in(admission.addresses, request.address):
        raise AddressError("This source takes no requests from your address.")
    if admission.signature:
        verify(admission.signature, request, now)
    if not admission.event_id:
        return None
    return event_of(admission.event_id, request, now, admission.reader)


def _is_in(networks: tuple[Any, ...], text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # how a socket for both shows IPv4
    return any((mapped or address) in network for network in networks)
