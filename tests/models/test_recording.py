"""From claimed webhooks to records, on both databases."""

from uuid import UUID

import pytest
from sqlmodel import select

from models.claiming import claim
from models.database import reading, transaction
from models.entities.form_submit import FormSubmit
from models.identity import new_id, utc_now
from models.outcome import Outcome
from models.recording import create_records
from models.webhook import Status, Webhook, WebhookParseError, WebhookRecord

pytestmark = pytest.mark.usefixtures("database")


def store(*bodies: bytes, content_type: str | None = "application/json") -> list[UUID]:
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


def process() -> list[Outcome]:
    with transaction() as session:
        return create_records(session, claim(session, 1000, utc_now()), utc_now())


def test_a_webhook_becomes_a_record_and_is_done() -> None:
    (webhook_id,) = store(b'{"EntityName": "FormSubmit", "Email": "ada@example.com"}')
    (outcome,) = process()
    with reading() as session:
        assert session.get_one(Webhook, webhook_id).status == Status.DONE
        assert session.exec(select(FormSubmit)).one().email == "ada@example.com"
        record = session.exec(select(WebhookRecord)).one()
    assert (record.webhook_id, record.record_id) == (webhook_id, outcome.record_id)


def test_a_webhook_without_entity_name_fails_and_says_so() -> None:
    (webhook_id,) = store(b'{"Email": "ada@example.com"}')
    process()
    with reading() as session:
        assert session.get_one(Webhook, webhook_id).status == Status.FAILED
        assert session.exec(select(WebhookParseError)).one().message == (
            "An error occurred while processing the webhook. "
            'The parameter "EntityName" should be existing and not empty.'
        )
