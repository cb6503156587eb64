"""Several records from one webhook, each made once, whatever fails beside it; on both databases."""

import json
from typing import Any

import pytest
from sqlmodel import col, delete, select

from models.database import reading, transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.entities.lead import Lead
from models.identity import utc_now
from models.processing.correcting import correct_body
from models.reading.explaining import explain
from models.reading.parse_error import Kind
from models.webhook import Status, WebhookEntity, WebhookRecord
from tests.models.test_recording import counted_statements
from tests.models.webhooks import define, logged, process, put_back, records, store, stored

pytestmark = pytest.mark.usefixtures("database")

MAPPING = """
[[map]]
entity = { path = "item.kind", default = "Lead" }
each = "body.people"
columns = { Email = "item.email", BirthDate = "item.born", CountryId = "item.country" }
"""


def people(*elements: dict[str, Any]) -> bytes:
    return json.dumps({"people": elements}).encode()


def emails() -> list[str]:
    return sorted(each.email for entity in (Lead, FormSubmit) for each in records(entity))


def test_a_list_becomes_records_at_their_positions() -> None:
    define(MAPPING)
    (webhook_id,) = store(people({"email": "a@x.de"}, {"email": "b@x.de", "kind": "FormSubmit"}))
    (outcome,) = process()
    with reading() as session:
        ties = session.exec(select(WebhookRecord).order_by(col(WebhookRecord.position))).all()
    assert [(tie.position, tie.entity) for tie in ties] == [(0, "Lead"), (1, "FormSubmit")]
    assert outcome.records == tuple((tie.entity, tie.record_id) for tie in ties)
    assert (outcome.word, stored(webhook_id).entity) == ("done", "Lead")
    assert outcome.as_row()["entity"] == "Lead, FormSubmit"


def test_of_which_one_fails_the_others_are_made_and_later_only_what_is_missing() -> None:
    define(MAPPING)
    wrong = {"email": "b@x.de", "kind": "Nope"}
    (webhook_id,) = store(people({"email": "a@x.de", "born": "soon"}, wrong, {"email": "c@x.de"}))
    (outcome,) = process()
    assert (outcome.word, len(outcome.records)) == ("failed", 2)
    assert emails() == ["a@x.de", "c@x.de"]
    put_back(webhook_id)
    (again,) = process()
    assert (again.records, again.errors) == (outcome.records, outcome.errors)
    with transaction() as session:
        right = {"email": "b@x.de"}
        body = people({"email": "a@x.de", "born": "soon"}, right, {"email": "c@x.de"})
        correct_body(session, webhook_id, body, utc_now())
    (mended,) = process()
    assert (mended.word, len(mended.records)) == ("done with warnings", 3)
    assert emails() == ["a@x.de", "b@x.de", "c@x.de"]
    assert stored(webhook_id).error_count == len(logged(webhook_id)) == 1


def test_what_is_known_of_records_that_stay_stays() -> None:
    define(MAPPING)
    body = people({"email": "a@x.de", "country": "Nowhere"}, {"email": "b@x.de", "kind": "Nope"})
    (webhook_id,) = store(body)
    process()
    with transaction() as session:
        session.add(WebhookEntity(name="Nope"))
    put_back(webhook_id)
    (outcome,) = process()
    assert [kind for kind, _ in outcome.errors] == [Kind.LOOKUP_NOT_FOUND, Kind.ENTITY_NOT_FOUND]
    assert [(each.kind, each.position) for each in logged(webhook_id)] == [
        (Kind.LOOKUP_NOT_FOUND, 0),
        (Kind.ENTITY_NOT_FOUND, None),
    ]


def test_a_record_that_the_database_refuses_fails_alone() -> None:
    define(MAPPING)
    (webhook_id,) = store(people({"email": "a@x.de"}, {"email": "b@x.de"}))
    rule = "CREATE UNIQUE INDEX one_b ON lead (email)"
    with transaction() as session:
        session.connection().exec_driver_sql(rule)
        session.add(Lead(email="b@x.de"))
    (outcome,) = process()
    assert (outcome.word, len(outcome.records), len(records(Lead))) == ("failed", 1, 2)
    assert [(each.kind, each.position) for each in logged(webhook_id)] == [(Kind.RECORD_REFUSED, 1)]


def test_set_anew_all_of_them_are_and_none_is_made_twice() -> None:
    define(MAPPING)
    (webhook_id,) = store(people({"email": "a@x.de"}, {"email": "b@x.de"}))
    (first,) = process()
    with transaction() as session:
        body = people({"email": "c@x.de"}, {"email": "d@x.de"}, {"email": "e@x.de"})
        correct_body(session, webhook_id, body, utc_now(), update=True)
    (second,) = process()
    assert second.records[:2] == first.records
    assert emails() == ["c@x.de", "d@x.de", "e@x.de"]


def test_no_mapping_that_applies_makes_no_record_and_says_so() -> None:
    define(MAPPING)
    (webhook_id,) = store(people())
    (outcome,) = process()
    assert (outcome.word, outcome.records) == ("done with warnings", ())
    assert [each.kind for each in logged(webhook_id)] == [Kind.NOTHING_MAPPED]
    assert stored(webhook_id).status == Status.DONE


def test_a_definition_that_cannot_be_read_fails_its_webhooks_until_it_is_mended() -> None:
    define("map = 5")
    (webhook_id,) = store(people({"email": "a@x.de"}))
    (outcome,) = process()
    assert outcome.errors == ((Kind.MAPPING_INVALID, None),)
    define(MAPPING)
    put_back(webhook_id)
    assert process()[0].word == "done"


def test_each_record_is_explained() -> None:
    define(MAPPING)
    (webhook_id,) = store(people({"email": "a@x.de"}, {"email": "b@x.de", "shoe": 38}))
    process()
    with reading() as session:
        text = explain(session, webhook_id) or ""
    assert text.count("Record made  Lead") == text.count("Would make   Lead") == 2
    assert "  item.email -> Email = b@x.de\n" in text
    assert "  body.people[1].shoe -> no column, kept with the webhook = 38" in text


def test_the_number_of_statements_does_not_grow_with_the_records() -> None:
    define(MAPPING)
    counts = []
    for times in (2, 50):
        store(*[people(*[{"email": "a@x.de", "country": "Nowhere"}] * times)] * 2)
        with counted_statements() as statements:
            process()
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_an_entity_that_is_allowed_later_makes_the_rest() -> None:
    with transaction() as session:
        session.exec(delete(WebhookEntity).where(col(WebhookEntity.name) == "FormSubmit"))
    define(MAPPING)
    (webhook_id,) = store(people({"email": "a@x.de"}, {"email": "b@x.de", "kind": "FormSubmit"}))
    assert process()[0].word == "failed"
    with transaction() as session:
        session.add(WebhookEntity(name="FormSubmit"))
    put_back(webhook_id)
    assert process()[0].word == "done"
    assert emails() == ["a@x.de", "b@x.de"]


@pytest.mark.prove
def test_more_records_than_a_statement_takes_are_made_each_once() -> None:
    define('[[map]]\nentity = "Contact"\neach = "body"\ncolumns = { Email = "item" }')
    store(
        *[
            json.dumps([f"a{webhook}.{i}@x.de" for i in range(1000)]).encode()
            for webhook in range(12)
        ]
    )
    outcomes = process()
    assert [len(outcome.records) for outcome in outcomes] == [1000] * 12
    assert len(records(Contact)) == 12_000
