"""The log of what is wrong with webhooks: the one place that writes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, tuple_
from sqlmodel import Session, col, select

from models.identity import new_id
from models.processing.part import Part, Place
from models.reading.parse_error import Kind, ParseError
from models.upserting import insert_rows
from models.webhook import WebhookParseError


@dataclass(frozen=True)
class Logged:
    """What an error was logged about, and its kind."""

    webhook_id: UUID
    kind: Kind
    column: str | None


def log_errors(session: Session, parts: Iterable[Part], now: datetime) -> None:
    """Log what is wrong with records: one statement."""
    rows = [
        # Where nothing could be read, it is about the webhook, whatever it would have made.
        _row(part.webhook.id, part.position if part.draft.entity else None, error, now)
        for part in parts
        for error in part.draft.errors
    ]
    insert_rows(session, WebhookParseError, rows)


def log_of_webhooks(session: Session, errors: dict[UUID, ParseError], now: datetime) -> None:
    """Log what is wrong with webhooks as a whole: one statement."""
    rows = [_row(webhook_id, None, error, now) for webhook_id, error in errors.items()]
    insert_rows(session, WebhookParseError, rows)


def _row(
    webhook_id: UUID, position: int | None, error: ParseError, now: datetime
) -> dict[str, object]:
    return {
        "id": new_id(),
        "webhook_id": webhook_id,
        "position": position,
        "kind": error.kind,
        "column": error.column,
        "message": error.message,
        "advice": error.advice,
        "logged_at": now,
    }


def logged_before(session: Session, places: Sequence[Place]) -> list[Logged]:
    """Return what was logged about records that were made before."""
    if not places:
        return []
    found = session.exec(
        select(WebhookParseError.webhook_id, WebhookParseError.kind, WebhookParseError.column)
        .where(_at(places))
        .order_by(col(WebhookParseError.id))
    )
    return [Logged(webhook_id, Kind(kind), column) for webhook_id, kind, column in found]


def forget_errors(session: Session, webhook_ids: Sequence[UUID], but: Sequence[Place]) -> None:
    """Delete what was logged about webhooks, but for records that stay as they are."""
    if not webhook_ids:
        return
    theirs = delete(WebhookParseError).where(col(WebhookParseError.webhook_id).in_(webhook_ids))
    if but:
        theirs = theirs.where(or_(col(WebhookParseError.position).is_(None), ~_at(but)))
    session.execute(theirs)


def _at(places: Sequence[Place]):  # type: ignore[no-untyped-def]
    position = tuple_(col(WebhookParseError.webhook_id), col(WebhookParseError.position))
    return position.in_(places)
