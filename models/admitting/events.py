"""By what a source's repeats are known: the id of the event, or the body within a short while."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from pydantic import model_validator

from models.admitting.request import Request
from models.admitting.schemes import Duration, HeaderName, Part
from models.mapping.document import document_of
from models.mapping.expressions import Expression, ExpressionError, Look
from models.reading.parse_error import ParseError
from models.webhook import Webhook

KEPT_FOR = timedelta(days=30)
"""How long an event is remembered: the longest known sender repeats for four days."""

NO_KEY = UUID(int=0)
"""Of a webhook that is none yet."""


class EventId(Part):
    """Where a source's own id of an event is; two requests with the same are one."""

    header: HeaderName | None = None
    path: Expression | None = None
    """JMESPath in what a mapping sees of the request: `body.form_response.token`."""
    same_body_within: Duration | None = None
    """For a source that has no id: the same body within this long is a repeat."""

    @model_validator(mode="after")
    def _one(self) -> "EventId":
        given = [each for each in (self.header, self.path, self.same_body_within) if each]
        if len(given) != 1:
            raise ValueError("say one of header, path and same_body_within.")
        return self


@dataclass(frozen=True)
class Event:
    """What is kept of an event."""

    sha256: str
    ends_at: datetime
    """From when on the same is an event of its own."""


def event_of(
    event_id: EventId, request: Request, now: datetime, reader: str | None = None
) -> Event | None:
    """Return the event that a request tells of, None where it has no id.

    A request without an id is stored like any other: better twice than not at all.
    """
    if event_id.same_body_within:
        # Its type and query are a part of it: an empty body says nothing by itself.
        kind = request.content_type or ""
        whole = b"\0".join((request.query.encode(), kind.encode(), request.body))
        return Event(hashlib.sha256(b"body\0" + whole).hexdigest(), now + event_id.same_body_within)
    found = (
        request.header_or_none(event_id.header)
        if event_id.header
        else _at(event_id.path or "", request, now, reader)
    )
    if not found or not found.strip():
        return None
    octets = found.strip().encode("utf-8", "surrogatepass")
    return Event(hashlib.sha256(octets).hexdigest(), now + KEPT_FOR)


def _at(path: str, request: Request, now: datetime, reader: str | None) -> str | None:
    """Find text or a number in a request, as a mapping sees it; nothing else can be an id."""
    seen = Webhook(
        request_body=request.body,
        content_type=request.content_type,
        query_parameters=request.query,
        headers=json.dumps(list(request.headers)),
        received_at=now,
        webhook_source="",
        api_key=NO_KEY,
    )
    try:
        found = Look().evaluate(path, document_of(seen, reader))
    except (ParseError, ExpressionError):
        return None
    if isinstance(found, bool) or not isinstance(found, (str, int, Decimal)):
        return None
    return str(found)
