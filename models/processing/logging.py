"""The log of what is wrong with webhooks: the one place that writes it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.identity import new_id
from models.processing.part import Part, Place
from models.reading.parse_error import ParseError
from models.setwise.writing import insert_rows
from models.webhook import WebhookParseError


def log_errors(
    session: Session, parts: Iterable[Part], before: Iterable[WebhookParseError], now: datetime
) -> None:
    """Log what is wrong with records, and again what was logged before: one statement."""
    rows = [
        # Where nothing could be read, it is about the webhook, whatever it would have made.
        _row(part.webhook.id, part.position if part.draft.entity else None, error, now)
        for part in parts
        for error in part.draft.errors
    ]
    insert_rows(session, WebhookParseError, [each.model_dump() for each in before] + rows)


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


def logged_about(session: Session, places: Collection[Place]) -> list[WebhookParseError]:
    """Return what was logged about records that were made before."""
    if not places:
        return []
    found = session.exec(
        select(WebhookParseError)
        .where(col(WebhookParseError.webhook_id).in_({webhook_id for webhook_id, _ in places}))
        .order_by(col(WebhookParseError.id))
    )
    return [each for each in found if (each.webhook_id, each.position) in places]


def forget_errors(session: Session, webhook_ids: Sequence[UUID]) -> None:
    """Delete what was logged about webhooks."""
    if webhook_ids:
        session.execute(
            delete(WebhookParseError).where(col(WebhookParseError.webhook_id).in_(webhook_ids)),
            execution_options={"synchronize_session": False},
        )
