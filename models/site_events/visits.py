"""From what Matomo answers to visits and their actions, with nothing else touched.

An answer is read as far as it goes. A visit without a number cannot be told from others and is
left out, as is an action that is no object; both are counted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from models.site_events.attribution import channel_of, utm_of
from models.site_events.errors import MatomoAwayError, MatomoRefusedError
from models.site_events.reading import LARGEST_BIG, amount, moment, text, whole
from models.site_events.tables import KEY_LENGTH, URL_LENGTH

UNKNOWN_TYPE = "unknown"


@dataclass(frozen=True)
class Visit:
    """A visit as it was read: the columns of a web session that Matomo fills."""

    visit_id: int
    columns: dict[str, Any]
    country_code: str | None
    referrer_type: str | None
    channel: str | None
    source: str | None
    actions: tuple["Action", ...]
    unreadable: int
    """How many of its actions could not be read."""

    @property
    def last_action_at(self) -> datetime | None:
        """Return when the visit was last heard of."""
        last: datetime | None = self.columns["last_action_at"] or self.columns["started_at"]
        return last

    @property
    def fingerprint(self) -> str:
        """Return what changes when, and only when, anything that was read changes."""
        return sha256(repr(self).encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class Action:
    """An action as it was read: the columns of a web action that Matomo fills."""

    key: str
    type: str
    columns: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One answer of Matomo: its visits, and what could not be read or is not this visitor's."""

    received: int = 0
    visits: tuple[Visit, ...] = ()
    unreadable: int = 0
    strangers: int = 0
    """Visits of other visitors: Matomo answered more than was asked for."""
    keys: frozenset[int] = field(default_factory=frozenset)
    """The numbers of all visits that came, to tell a page that only repeats."""


def read_page(answer: Any, visitor_id: str) -> Page:
    """Read one page of a visitor's visits.

    Raises:
        MatomoRefusedError: the answer is Matomo's error object.
        MatomoAwayError: the answer is JSON, but no list of visits.
    """
    rows = _rows(answer)
    visits, unreadable, strangers, keys = [], 0, 0, set()
    for row in rows:
        number = whole(row.get("idVisit"), LARGEST_BIG) if isinstance(row, Mapping) else None
        if number is None:
            unreadable += 1
            continue
        keys.add(number)
        if _is_a_stranger(row, visitor_id):
            strangers += 1
            continue
        visits.append(read_visit(number, row))
    unreadable += sum(visit.unreadable for visit in visits)
    return Page(len(rows), tuple(visits), unreadable, strangers, frozenset(keys))


def _rows(answer: Any) -> list[Any]:
    if isinstance(answer, Mapping):
        if answer.get("result") == "error":
            raise MatomoRefusedError("error-object")
        if not all(str(key).isdigit() for key in answer):
            raise MatomoAwayError("not-visits")
        return list(answer.values())  # PHP writes a list with gaps as an object
    if not isinstance(answer, list):
        raise MatomoAwayError("not-visits")
    return answer


def _is_a_stranger(row: Mapping[str, Any], visitor_id: str) -> bool:
    named = text(row.get("visitorId"))
    return named is not None and named.lower() != visitor_id


def read_visit(number: int, row: Mapping[str, Any]) -> Visit:
    """Read one visit with its actions."""
    details = row.get("actionDetails")
    if isinstance(details, Mapping):
        details = list(details.values())
    rows = details if isinstance(details, list) else []
    actions = _actions([each for each in rows if isinstance(each, Mapping)])
    entry_url = next((a.columns["page_url"] for a in actions if a.columns["page_url"]), None)
    utm = utm_of(row, entry_url)
    referrer_type = text(row.get("referrerType"))
    return Visit(
        visit_id=number,
        columns=_session_columns(row) | utm,
        country_code=(text(row.get("countryCode"), 2) or "").upper() or None,
        referrer_type=referrer_type,
        channel=channel_of(referrer_type, utm["utm_medium"]),
        source=utm["utm_source"] or text(row.get("referrerName")),
        actions=tuple(actions),
        unreadable=len(rows) - len(actions),
    )


def _session_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    first, last = moment(row.get("firstActionTimestamp")), moment(row.get("lastActionTimestamp"))
    place = (text(row.get("latitude"), 20), text(row.get("longitude"), 20))
    return {
        "started_at": first or moment(row.get("serverTimestamp")),
        "last_action_at": last,
        "duration_seconds": whole(row.get("visitDuration")),
        "action_count": whole(row.get("actions")),
        "country": text(row.get("country")),
        "country_code": text(row.get("countryCode"), 10),
        "region": text(row.get("region")),
        "city": text(row.get("city")),
        "location": ",".join(each for each in place if each) if all(place) else None,
        "referrer_name": text(row.get("referrerName")),
        "referrer_keyword": text(row.get("referrerKeyword")),
        "referrer_url": text(row.get("referrerUrl"), URL_LENGTH),
        "platform": text(row.get("operatingSystem")),
        "device": text(row.get("deviceType")),
        "ip": text(row.get("visitIp"), 50),
    }


def _actions(rows: list[Mapping[str, Any]]) -> list[Action]:
    seen: Counter[str] = Counter()
    actions = []
    for position, row in enumerate(rows):
        made = _action(position, row)
        seen[made.key] += 1
        if seen[made.key] > 1:  # alike in all that tells actions apart
            made = Action(f"{made.key}#{seen[made.key]}", made.type, made.columns)
        actions.append(made)
    return actions


def _action(position: int, row: Mapping[str, Any]) -> Action:
    kind = text(row.get("type")) or UNKNOWN_TYPE
    columns = {
        "position": position,
        "started_at": moment(row.get("timestamp")),
        "page_url": text(row.get("url"), URL_LENGTH),
        "title": text(row.get("pageTitle")) or text(row.get("title")),
        "seconds_spent": whole(row.get("timeSpent")),
        "label": _first_text(row, _LABELS),
        "event_category": text(row.get("eventCategory")),
        "event_action": text(row.get("eventAction")),
        "amount": next(
            (made for name in _AMOUNTS if (made := amount(row.get(name))) is not None), None
        ),
    }
    return Action(_key(kind, row), kind, columns)


_LABELS = ("eventName", "siteSearchKeyword", "goalName", "orderId", "contentName")
_AMOUNTS = ("eventValue", "revenue")


def _first_text(row: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((made for name in names if (made := text(row.get(name)))), None)


def _key(kind: str, row: Mapping[str, Any]) -> str:
    """Tell an action from the others of its visit, whatever its place becomes as more come in."""
    if number := text(row.get("pageId"), 20):
        return f"{kind[:100]}:{number}"
    told_by = ("timestamp", "url", "goalId", "orderId", "eventAction", "eventName")
    told = "\n".join(text(row.get(name), URL_LENGTH) or "" for name in told_by)
    return f"{kind[:100]}:{sha256(told.encode()).hexdigest()}"[:KEY_LENGTH]
