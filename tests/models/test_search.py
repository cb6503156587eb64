"""Search and create contacts, set-based, on both databases."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from models.database import reading, transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.identity import utc_now
from models.matching.indexing import index_contacts
from models.matching.rules import Decision, Rule
from models.matching.search import search_and_create_contacts
from models.matching.tables import ContactCommunication, ContactDecision

pytestmark = pytest.mark.usefixtures("database")


def submit(*forms: dict[str, Any]) -> list[UUID]:
    with transaction() as session:
        records = [FormSubmit(**form) for form in forms]
        session.add_all(records)
        return [record.id for record in records]


def search(record_ids: list[UUID]) -> list[Decision]:
    with transaction() as session:
        index_contacts(session, 100, utc_now())
    with transaction() as session:
        return search_and_create_contacts(session, FormSubmit, record_ids, utc_now())


ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"}


def test_a_person_who_is_new_becomes_a_contact() -> None:
    (decision,) = search(submit({**ADA, "mobile_phone": "+1 617 555 0100"}))
    with reading() as session:
        contact = session.exec(select(Contact)).one()
        options = session.exec(select(ContactCommunication.value)).all()
    assert (decision.rule, decision.made) == (Rule.NEW, True)
    assert (contact.name, contact.given_name, contact.surname) == (
        "Ada Lovelace",
        "Ada",
        "Lovelace",
    )
    assert sorted(options) == ["+1 617 555 0100", "ada@example.com"]


def test_the_same_person_in_one_batch_becomes_one_contact() -> None:
    decisions = search(submit(ADA, {**ADA, "email": " ADA@Example.com"}, ADA))
    assert [each.rule for each in decisions] == [Rule.NEW, Rule.EMAIL, Rule.EMAIL]
    assert len({each.contact_id for each in decisions}) == 1


def test_a_found_contact_gains_a_phone_and_is_found_by_it() -> None:
    search(submit(ADA))
    search(submit({**ADA, "phone": "+1 617 555 0100"}))
    (decision,) = search(
        submit(
            {"full_name": "Lovelace, Ada", "phone": "001 617 555-0100", "email": "al@example.org"}
        )
    )
    assert decision.rule == Rule.NAME_PHONE
    with reading() as session:
        assert len(session.exec(select(Contact)).all()) == 1
        assert len(session.exec(select(ContactCommunication)).all()) == 3
        assert len(session.exec(select(ContactDecision)).all()) == 3


def test_a_contact_made_by_sql_is_found() -> None:
    with transaction() as session:
        contact = Contact(name="Ada Lovelace", email="Ada@example.com")
        session.add(contact)
    (decision,) = search(submit(ADA))
    assert (decision.rule, decision.contact_id) == (Rule.EMAIL, contact.id)
