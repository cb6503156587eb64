"""Contacts that are posted as such: searched for first, on both databases."""

import json
from typing import Any

import pytest

from models.database import transaction
from models.entities.contact import Contact
from models.identity import new_id, utc_now
from models.matching.tables import ContactCommunication, ContactDecision
from models.processing.claiming import claim
from models.processing.outcome import Outcome
from models.processing.recording import create_records
from models.webhook import Webhook
from tests.models.searching import ADA, PHONE, add, add_source, rows, search_for

pytestmark = pytest.mark.usefixtures("database")

POSTED = {"GivenName": "Ada", "Surname": "Lovelace", "Email": "ada@example.com"}


def post(*contacts: dict[str, Any], source: str = "test") -> list[Outcome]:
    for contact in contacts:
        body = json.dumps({"EntityName": "Contact", **contact}).encode()
        add(
            Webhook(
                request_body=body,
                content_type="application/json",
                webhook_source=source,
                api_key=new_id(),
            )
        )
    with transaction() as session:
        return create_records(session, claim(session, 1000, utc_now()), utc_now())


def test_a_second_post_of_one_person_enriches_and_does_not_double() -> None:
    (first,) = post(POSTED)
    (second,) = post({**POSTED, "Email": "ADA@example.com", "MobilePhone": PHONE, "City": "London"})
    (contact,) = rows(Contact)
    assert first.record_id == second.record_id == contact.id
    assert (contact.mobile_phone, contact.city, contact.email) == (
        PHONE,
        "London",
        "ada@example.com",
    )
    assert len(rows(ContactCommunication)) == 2


def test_two_posts_of_one_person_in_one_batch_become_one_contact() -> None:
    outcomes = post(POSTED, {**POSTED, "JobTitle": "Analyst"})
    (contact,) = rows(Contact)
    assert {each.record_id for each in outcomes} == {contact.id}
    assert contact.job_title == "Analyst"


def test_a_posted_contact_is_found_by_forms_and_finds_those_of_forms() -> None:
    post(POSTED)
    (decision,) = search_for(ADA)
    (outcome,) = post({**POSTED, "BirthDate": "1815-12-10"})
    (contact,) = rows(Contact)
    assert decision.contact_id == outcome.record_id == contact.id
    assert str(contact.birth_date) == "1815-12-10"


def test_a_source_can_switch_the_search_off() -> None:
    add_source("import", searches_contacts=False)
    post(POSTED, POSTED, source="import")
    assert len(rows(Contact)) == 2
    post(POSTED)
    assert len(rows(Contact)) == 2


def test_a_posted_contact_without_a_clue_is_made_all_the_same() -> None:
    (outcome,) = post({"Notes": "met at the fair", "Email": "none", "MobilePhone": "ABCDEFGHIJ"})
    (contact,) = rows(Contact)
    assert outcome.record_id == contact.id
    assert (contact.notes, contact.email, contact.mobile_phone) == (
        "met at the fair",
        "none",
        "ABCDEFGHIJ",
    )


def test_evidence_is_kept_for_posted_contacts_too() -> None:
    post(POSTED)
    post(POSTED)
    (contact,), evidence = rows(Contact), rows(ContactDecision)
    assert [(each.rule, each.made, each.record_id) for each in evidence] == [
        ("new contact", True, contact.id),
        ("email", False, contact.id),
    ]


def test_a_webhook_that_fails_beside_them_changes_nothing_for_contacts() -> None:
    post(POSTED, {"EntityName": "NoSuchThing"}, POSTED)
    assert len(rows(Contact)) == 1
