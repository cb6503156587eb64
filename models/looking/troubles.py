"""The last errors, grouped by their text, or by their kind for those who may not read texts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from models.webhook import WebhookParseError

MOST_LOOKED_AT = 1000
MOST_SHOWN = 8


@dataclass
class Trouble:
    """One error that came one or several times among the last ones."""

    kind: str
    column: str | None
    message: str | None
    """None where only kinds are told."""
    last_at: datetime
    webhook_id: UUID
    """The one that had it last."""
    times: int = 0


def last_troubles(session: Session, with_text: bool) -> list[Trouble]:
    """Group the last errors, the one that came last first: one look at an index."""
    groups: dict[tuple[str | None, ...], Trouble] = {}
    newest = session.exec(
        select(WebhookParseError)
        .order_by(col(WebhookParseError.logged_at).desc())
        .limit(MOST_LOOKED_AT)
    )
    for error in newest:
        message = error.message if with_text else None
        group = groups.setdefault(
            (error.kind, error.column, message),
            Trouble(error.kind, error.column, message, error.logged_at, error.webhook_id),
        )
        group.times += 1
    return list(groups.values())[:MOST_SHOWN]
