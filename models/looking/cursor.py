"""Where a page of a list ends: a moment and an id, as they stand in a link."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, tuple_


@dataclass(frozen=True)
class Cursor:
    """The last row of a page, newest first; the next page begins behind it."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def read(cls, text: str | None) -> "Cursor | None":
        """Read it from a link, None where there is none or it was spoilt on the way."""
        at, _, id_ = (text or "").partition("~")
        try:
            moment = datetime.fromisoformat(at.replace(" ", "+"))
            return cls(moment.astimezone(UTC), UUID(id_)) if moment.tzinfo else None
        except (ValueError, OverflowError):
            return None

    def behind(self, at: Any, id_: Any) -> ColumnElement[bool]:
        """Return the condition for rows behind it.

        The first half says nothing new, but an index over the moment alone can answer it.
        """
        return and_(at <= self.at, tuple_(at, id_) < tuple_(self.at, self.id))
