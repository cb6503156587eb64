"""Whose contact is searched for again, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from models.backfilling.form import RecordSelection
from models.backfilling.records import count_records, find_records
from models.database import reading, transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.identity import utc_now
from models.matching.indexing import index_contacts
from models.matching.reopening import reopen
from models.matching.search import search_and_create_contacts
from models.matching.tables import ContactDecision
from tests.backfilling import ADA, process, rows, store

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORM = {"full_name": "Ada Lovelace", "email": "ada@example.com"}


def submit(*forms: dict[str, Any]) -> list[UUID]:
    with transaction() as session:
        made = [FormSubmit(**form) for form in forms]
        session.add_all(made)
        return [form.id for form in made]


def search(ids: list[UUID]) -> None:
    with transaction() as session:
        index_contacts(session, 100, utc_now())
        search_and_create_contacts(session, FormSubmit, ids, utc_now())


def search_again(ids: list[UUID]) -> None:
    with transaction() as session:
        reopen(session, FormSubmit, ids)
    search(ids)


def find(**chosen: Any) -> list[UUID]:
    with reading() as session:
        return find_records(session, "FormSubmit", RecordSelection.model_validate(chosen), 100)


def decisions() -> list[ContactDecision]:
    with reading() as session:
        return list(session.exec(select(ContactDecision).order_by(ContactDecision.id)))  # type: ignore[arg-type]


def test_records_without_a_contact_are_meant_and_others_where_asked() -> None:
    known, unknown = submit({**FORM, "created_at": NOON}, {"notes": "hi"})
    search([known, unknown])
    assert find() == [unknown]
    assert find(contact="any") == [known, unknown]


def test_a_period_takes_its_start_and_leaves_its_end() -> None:
    ids = submit(*({"created_at": NOON + timedelta(seconds=at)} for at in (-1, 0, 60)))
    period = {"made_from": NOON, "made_until": NOON + timedelta(seconds=60)}
    assert find(**period) == [ids[1]]


def test_records_are_told_apart_by_the_source_of_their_webhook() -> None:
    store(ADA, source="shop")
    store(ADA, source="fair")
    process()
    assert find(sources=["fair"]) == [rows()[1].id]


def test_the_count_tells_entities_and_whether_there_is_a_contact() -> None:
    ids = submit(FORM, {"notes": "hi"}, {"notes": "ho"})
    search(ids)
    with reading() as session:
        found = count_records(session, RecordSelection(entities=["FormSubmit"], contact="any"))
    assert found.count == 3
    assert found.groups == (
        {"entity": "FormSubmit", "contact": "no", "records": "2"},
        {"entity": "FormSubmit", "contact": "yes", "records": "1"},
    )


def test_a_record_is_decided_on_anew_and_the_old_evidence_stays() -> None:
    (record_id,) = submit(FORM)
    search([record_id])
    (first,) = decisions()
    with transaction() as session:  # the rule of before took someone else for her
        session.get_one(FormSubmit, record_id).email = "countess@example.com"
        session.get_one(FormSubmit, record_id).full_name = "Grace Hopper"
    search_again([record_id])
    before, after = decisions()
    assert before == first
    assert after.contact_id == rows()[0].contact_id != first.contact_id


def test_a_record_decided_on_again_by_the_same_rules_keeps_its_contact() -> None:
    (record_id,) = submit(FORM)
    search([record_id])
    before = rows()[0].contact_id
    search_again([record_id])
    assert rows()[0].contact_id == before
    assert len(rows(Contact)) == 1


def test_a_contact_that_the_sender_or_someone_by_hand_named_stays() -> None:
    with transaction() as session:
        named = Contact(name="Grace Hopper", email="grace@example.com")
        session.add(named)
    given, by_hand = submit({**FORM, "contact_id": named.id}, FORM)
    search([given, by_hand])
    with transaction() as session:
        session.get_one(FormSubmit, by_hand).contact_id = named.id
    search_again([given, by_hand])
    assert {row.contact_id for row in rows()} == {named.id}


def test_reopened_records_wait_so_that_a_crash_leaves_them_to_the_next_run() -> None:
    (record_id,) = submit(FORM)
    search([record_id])
    with transaction() as session:
        reopen(session, FormSubmit, [record_id])
    assert rows()[0].contact_searched_at is None
