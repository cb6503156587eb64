"""What became of visitors, in ids, kinds and counts: fit for logs, artifacts and run states."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from models.site_events.visits import Page


@dataclass(frozen=True)
class Fetch:
    """What became of fetching one visitor."""

    web_visitor_id: UUID
    contact_id: UUID | None = None
    sessions: int = 0
    """Sessions that were new or had changed."""
    actions: int = 0
    unreadable: int = 0
    """Visits and actions that could not be read."""
    strangers: int = 0
    """Visits that Matomo answered though they are another visitor's; they were left out."""
    began_at: datetime | None = None
    seen_until: datetime | None = None
    error: str | None = None
    """The kind of error where it could not be fetched."""
    away: bool = False
    """Whether Matomo was away, so that others would fare no better; else it refused this one."""
    retry_after: float | None = None

    def with_page(self, page: Page, sessions: int, actions: int) -> "Fetch":
        """Add a page of visits, of which so many sessions and actions were written."""
        last = [visit.last_action_at for visit in page.visits]
        return replace(
            self,
            sessions=self.sessions + sessions,
            actions=self.actions + actions,
            unreadable=self.unreadable + page.unreadable,
            strangers=self.strangers + page.strangers,
            seen_until=max((at for at in (self.seen_until, *last) if at), default=None),
        )

    def as_row(self) -> dict[str, str | int]:
        """Return the outcome as a row of a table for people."""
        return {
            "visitor": str(self.web_visitor_id),
            "contact": str(self.contact_id or ""),
            "sessions": self.sessions,
            "actions": self.actions,
            "unreadable": self.unreadable + self.strangers,
            "error": self.error or "",
        }


def failed_first(fetches: Sequence[Fetch]) -> list[Fetch]:
    """Order outcomes so that a table that is cut off still shows what needs a look."""
    return sorted(fetches, key=lambda fetch: (not fetch.error, not fetch.unreadable))


def sentence(fetches: Sequence[Fetch], waiting: int) -> str:
    """Count outcomes: `3 visitors fetched: 5 sessions, 80 actions written; 1 failed (timeout)`."""
    if not fetches:
        return f"No visitor was fetched{f'; {waiting} wait' if waiting else ''}"
    errors = Counter(fetch.error for fetch in fetches if fetch.error)
    fetched = len(fetches) - errors.total()
    parts = [
        f"{_count(fetched, 'visitor')} fetched: "
        f"{_count(sum(fetch.sessions for fetch in fetches), 'session')}, "
        f"{_count(sum(fetch.actions for fetch in fetches), 'action')} written"
    ]
    if unreadable := sum(fetch.unreadable + fetch.strangers for fetch in fetches):
        parts.append(f"{unreadable} could not be read")
    if errors:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(errors.items()))
        parts.append(f"{errors.total()} failed ({kinds})")
    if waiting:
        parts.append(f"{waiting} wait")
    return "; ".join(parts)


def forms_sentence(by_tracking: Mapping[str, int]) -> str:
    """Count what became of forms: `4 forms: 3 tracked, 1 not tracked`."""
    if not by_tracking:
        return "No form waited"
    parts = ", ".join(f"{count} {name.lower()}" for name, count in by_tracking.items())
    return f"{_count(sum(by_tracking.values()), 'form')}: {parts}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
