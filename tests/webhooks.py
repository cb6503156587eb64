"""Webhooks in the database for tests, as the receiver stores them, and what became of them."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from sqlmodel import select, update

from models.database import reading, transaction
from models.identity import new_id, utc_now
from models.webhook import Status, Webhook, WebhookRecord, WebhookStatus

FORM = b'{"EntityName": "FormSubmit", "Email": "ada@example.com"}'


def store(*bodies: bytes, content_type: str | None = "application/json") -> list[UUID]:
    """Store a webhook for each body, and return their ids."""
    with transaction() as session:
        webhooks = [
            Webhook(
                request_body=body,
                content_type=content_type,
                webhook_source="test",
                api_key=new_id(),
            )
            for body in bodies
        ]
        session.add_all(webhooks)
        return [webhook.id for webhook in webhooks]


def statuses() -> Counter[str]:
    """Count the webhooks by status."""
    with reading() as session:
        return Counter(session.exec(select(Webhook.status)))


def records() -> Counter[UUID]:
    """Count the records that each webhook made."""
    with reading() as session:
        return Counter(session.exec(select(WebhookRecord.webhook_id)))


def set_stuck_limit(limit: timedelta) -> None:
    """Set how long a webhook may stay in Processing, where users set it."""
    with transaction() as session:
        session.exec(
            update(WebhookStatus)
            .where(WebhookStatus.name == Status.PROCESSING)  # type: ignore[arg-type]
            .values(period_seconds=int(limit.total_seconds()))
        )


def make_stuck() -> None:
    """Let the webhooks in Processing have been in it since yesterday."""
    with transaction() as session:
        session.exec(
            update(Webhook)
            .where(Webhook.status == Status.PROCESSING)  # type: ignore[arg-type]
            .values(status_since=utc_now() - timedelta(days=1))
        )
