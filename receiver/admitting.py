"""Lets a request in, or answers why not: each refusal counted, none of them stored."""

import logging
from urllib.parse import quote

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, ServiceUnavailable, Unauthorized

from models.admitting.admission import AddressError, Admission, admit, read_admission
from models.admitting.events import Event
from models.admitting.request import BrokenDefinitionError, NotAdmittedError, Request
from models.admitting.schemes import Basic
from models.identity import utc_now
from receiver import refusals
from receiver.keys import Door

RETRY_AFTER_SECONDS = 300
"""For what a person has to mend or to switch on; until then the sender keeps its webhooks."""

log = logging.getLogger(__name__)


def admitted(door: Door, body: bytes, content_type: str | None) -> Event | None:
    """Return the event that a request tells of, where its source has such ids.

    Raises:
        Unauthorized: its signature is not that of its source.
        Forbidden: it comes from an address that its source does not send from.
        ServiceUnavailable: the source is off, or its definition cannot be checked.
    """
    refuse_where_off(door)
    admission = admission_of(door)
    if not admission.checks_anything:
        return None
    try:
        return admit(admission, _request(body, content_type), utc_now())
    except AddressError as error:
        refusals.count(door.source, "address")
        raise Forbidden(str(error)) from None
    except NotAdmittedError as error:
        refusals.count(door.source, "signature")
        raise Unauthorized(str(error), www_authenticate=_challenge(door)) from None
    except BrokenDefinitionError as error:
        raise _broken(door, error) from None


def refuse_where_off(door: Door) -> None:
    """Ask the senders of a source that is off to come back; a 404 would end it for good.

    Raises:
        ServiceUnavailable: it is off.
    """
    if not door.active:
        refusals.count(door.source, "off")
        raise ServiceUnavailable(
            "This source is switched off. Send the webhook again later.",
            retry_after=RETRY_AFTER_SECONDS,
        )


def admission_of(door: Door) -> Admission:
    """Return what a source's definition asks for.

    Raises:
        ServiceUnavailable: it cannot be read.
    """
    try:
        return read_admission(door.admission)
    except BrokenDefinitionError as error:
        raise _broken(door, error) from None


def _broken(door: Door, error: BrokenDefinitionError) -> ServiceUnavailable:
    """Refuse all while we cannot check; the fault is ours, so that the sender keeps its webhook."""
    log.error("source %s takes nothing: %s", door.source, error)
    refusals.count(door.source, "configuration")
    return ServiceUnavailable(
        "The receiver cannot check requests of this source; its log says why. Send it again later.",
        retry_after=RETRY_AFTER_SECONDS,
    )


def _challenge(door: Door) -> WWWAuthenticate:
    basic = isinstance(admission_of(door).signature, Basic)
    return WWWAuthenticate("basic" if basic else "bearer", {"realm": "webhooks"})


def _request(body: bytes, content_type: str | None) -> Request:
    query = request.query_string.decode("latin-1")
    return Request(
        body=body,
        headers=tuple(request.headers.items()),
        method=request.method,
        url=f"{request.scheme}://{request.host}{quote(request.path)}{'?' * bool(query)}{query}",
        query=query,
        content_type=content_type,
        address=request.remote_addr or "",
    )
