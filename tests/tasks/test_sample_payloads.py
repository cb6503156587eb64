"""The payloads of `make demo`, from the request to the record, on both databases."""

from uuid import UUID

import pytest

from models.database import reading, transaction
from models.entities.form_submit import FormSubmit
from models.source import add_source
from models.webhook import Status, WebhookRecord
from receiver import create_app
from tasks.webhooks import claim_webhooks, create_entity
from tests.payloads import Payload, payloads

pytestmark = pytest.mark.usefixtures("database")


def post(payload: Payload) -> UUID:
    with transaction() as session:
        api_key = add_source(session, "samples")
    answer = create_app().test_client().post(
        payload.path_for(api_key), headers=payload.headers, data=payload.body
    )  # fmt: skip
    assert answer.status_code == 200
    return UUID(answer.get_json()["id"])


@pytest.mark.parametrize("payload", payloads(), ids=lambda payload: payload.name)
def test_a_payload_becomes_what_its_file_says(payload: Payload) -> None:
    webhook_id = post(payload)
    (outcome,) = create_entity.fn(claim_webhooks.fn(9))
    row = outcome.as_row()
    expected = [outcome.status, row["entity"], row["errors"]]
    assert outcome.webhook_id == webhook_id
    assert [part for part in expected if part] == list(payload.becomes)
    assert bool(outcome.record_id) == (outcome.status is Status.DONE)


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("form-latin-1", "city_str", "Málaga"),
        ("form-multipart-file", "notes", "letter.txt"),
        ("form-repeated-keys", "notes", "Brochure, Price list, Visit"),
        ("form-urlencoded", "notes", "Please call me."),
    ],
)
def test_values_arrive_as_they_were_meant(name: str, column: str, value: str) -> None:
    webhook_id = post(next(payload for payload in payloads() if payload.name == name))
    create_entity.fn(claim_webhooks.fn(9))
    with reading() as session:
        record = session.get_one(WebhookRecord, (webhook_id, 0))
        assert getattr(session.get_one(FormSubmit, record.record_id), column) == value
