"""By what a source's repeats are known: the id of the event, or the body within a short while."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, Field, model_validator

from models.admitting.request import Request
from models.admitting.schemes import Duration, HeaderName, Part
from models.reading.parse_error import ParseError
from models.reading.parsing import parse

KEPT_FOR = timedelta(days=30)
"""How long an event is remembered: the longest known sender repeats for four days."""


def check_path(path: str) -> str:
    """Return a JMESPath expression that can be read.

    Raises:
        ValueError: it cannot.
    """
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        raise ValueError(f"it is no JMESPath: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply.") from None
    return path


Path = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(check_path)]


class EventId(Part):
    """Where a source's own id of an event is; two requests with the same are one."""

    header: HeaderName | None = None
    path: Path | None = None
    """JMESPath in the parsed body: `form_response.token`."""
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


def event_of(event_id: EventId, request: Request, now: datetime) -> Event | None:
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
        else _at(event_id.path or "", request)
    )
    if not found or not found.strip():
        return None
    octets = found.strip().encode("utf-8", "surrogatepass")
    return Event(hashlib.sha256(octets).hexdigest(), now + KEPT_FOR)


def _at(path: str, request: Request) -> str | None:
    """Find text or a number in the parsed body; nothing else can be an id."""
    try:
        parsed = parse(request.content_type, request.body)
        found = _compiled(path).search(parsed)
    except ParseError:
        return None
    except Exception:  # functions of JMESPath raise what they like on values of a wrong type
        return None
    if isinstance(found, bool) or not isinstance(found, (str, int, Decimal)):
        return None
    return str(found)


@lru_cache(maxsize=1000)
def _compiled(path: str) -> Any:
    return jmespath.compile(path)
