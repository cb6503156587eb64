"""Webhooks in the database for tests of what runs again, and what became of them."""

import json
from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import select

from models.backfilling.form import WebhookSelection
from models.backfilling.webhooks import claim_again, find_webhooks
from models.database import reading, transaction
from models.entities.form_submit import FormSubmit
from models.entity import Entity
from models.identity import new_id, utc_now
from models.processing.claiming import claim
from models.processing.outcome import Outcome
from models.processing.recording import create_records
from models.webhook import Webhook, WebhookRecord

ADA = {"EntityName": "FormSubmit", "FullName": "Ada Lovelace", "Email": "ada@example.com"}


def store(*bodies: dict[str, Any], source: str = "test", at: datetime | None = None) -> list[UUID]:
    """Store a webhook for each body as the receiver does, and return their ids."""
    with transaction() as session:
        webhooks = [
            Webhook(
                request_body=json.dumps(body).encode(),
                content_type="application/json",
                webhook_source=source,
                api_key=new_id(),
                received_at=at or utc_now(),
            )
            for body in bodies
        ]
        session.add_all(webhooks)
        return [webhook.id for webhook in webhooks]


def process() -> list[Outcome]:
    """Do with all New webhooks what create-entities does."""
    with transaction() as session:
        return create_records(session, claim(session, 10_000, utc_now()), utc_now())


def process_again(**chosen: Any) -> list[Outcome]:
    """Do with the webhooks that are chosen what a backfill does."""
    form = WebhookSelection.model_validate(chosen)
    with reading() as session:
        found = find_webhooks(session, form, 10_000)
    with transaction() as session:
        claimed = claim_again(session, found, form, utc_now(), utc_now())
        return create_records(session, claimed, utc_now())


def correct_by_sql(webhook_id: UUID, body: dict[str, Any]) -> None:
    """Change a body as a person with a database client does, who knows nothing of us."""
    table = Webhook.__table__  # type: ignore[attr-defined]
    with transaction() as session:
        session.connection().execute(
            table.update()
            .where(table.c.id == webhook_id)
            .values(request_body=json.dumps(body).encode())
        )


def webhook(webhook_id: UUID) -> Webhook:
    """Read a webhook."""
    with reading() as session:
        return session.get_one(Webhook, webhook_id)


def statuses() -> Counter[str]:
    """Count the webhooks by status."""
    with reading() as session:
        return Counter(session.exec(select(Webhook.status)))


def records() -> Counter[UUID]:
    """Count the records that each webhook made."""
    with reading() as session:
        return Counter(session.exec(select(WebhookRecord.webhook_id)))


def rows(entity: type[Entity] = FormSubmit) -> list[Any]:
    """Read all records of an entity, in the order made."""
    with reading() as session:
        return list(session.exec(select(entity).order_by(entity.created_at, entity.id)))  # type: ignore[arg-type]
