"""Webhooks as they stand in the database after a while, for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel import select

from models.database import reading, transaction
from models.identity import new_id
from models.webhook import Status, Webhook, WebhookParseError

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def store(
    status: str = Status.NEW,
    ages: Sequence[timedelta] = (timedelta(0),),
    source: str = "test",
    attempts: int = 0,
    errors: int = 0,
    now: datetime = NOW,
    body: bytes = b'{"EntityName": "FormSubmit"}',
) -> list[UUID]:
    """Store webhooks that came to a status so long ago, and return their ids."""
    webhooks = [
        Webhook(
            request_body=body,
            content_type="application/json",
            webhook_source=source,
            api_key=new_id(),
            status=status,
            received_at=now - age,
            status_since=now - age,
            attempts=attempts,
            error_count=errors,
        )
        for age in ages
    ]
    logged = [
        WebhookParseError(webhook_id=each.id, kind="value-not-cast", message="m", advice="a")
        for each in webhooks
        for _ in range(errors)
    ]
    with transaction() as session:
        session.add_all(webhooks)
        session.flush()
        session.add_all(logged)
    return [webhook.id for webhook in webhooks]


def statuses() -> dict[UUID, str]:
    """Return the status of every webhook, by id."""
    with reading() as session:
        return dict(session.exec(select(Webhook.id, Webhook.status)).all())
