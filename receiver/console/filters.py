"""The filter above the list of webhooks: read from the address, and written into links."""

from datetime import UTC, datetime
from typing import Any

from flask import abort, request

from models.looking.choosing import STATUSES, Filter
from models.looking.cursor import Cursor
from receiver.console.gate import sees_data

NAMES = ("status", "source", "entity", "kind", "since", "until", "person", "text")
OF_DATA = ("person", "text")
"""Who may not see data may not search it either: the answer would tell it."""


def asked() -> dict[str, str]:
    """Return what the address says of the filter, as it was written."""
    said = {name: request.args.get(name, "").strip() for name in NAMES}
    return {name: value for name, value in said.items() if value}


def chosen() -> Filter:
    """Return the filter that the address names; refuse what is none, in words."""
    said: dict[str, Any] = dict(asked())
    if not sees_data() and any(name in said for name in OF_DATA):
        abort(403, "Searching emails, phones and bodies needs the role “operate”.")
    if said.get("status", STATUSES[0]) not in STATUSES:
        abort(400, f"There is no such status. There are: {', '.join(STATUSES)}.")
    for name in ("since", "until"):
        if name in said:
            said[name] = _moment(said[name])
    return Filter(**said)


def cursor() -> Cursor | None:
    """Return where the page before ended, as the address says it."""
    return Cursor.read(request.args.get("before"))


def in_words(said: dict[str, str]) -> str:
    """Describe a filter for the audit log: of what was searched for, only that it was."""
    told = [f"{name} {value}" for name, value in said.items() if name not in OF_DATA]
    told += [f"a {name}" for name in OF_DATA if name in said]
    return ", ".join(told) or "all webhooks"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        abort(400, f"“{text}” is no date and time. Write one as 2026-06-01T09:00, in UTC.")
