"""Search and create contacts, set-based, on both databases."""

from typing import Any

import pytest
from sqlmodel import select

from models.database import reading
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.identity import new_id, utc_now
from models.matching.rules import Rule
from models.matching.tables import ContactClue, ContactCommunication, ContactDecision
from tests.models.searching import (
    ADA,
    PHONE,
    rows,
    search,
    search_for,
    statements,
    submit,
)

pytestmark = pytest.mark.usefixtures("database")


def test_a_person_who_is_new_becomes_a_contact() -> None:
    (decision,) = search_for({**ADA, "mobile_phone": PHONE})
    (contact,) = rows(Contact)
    assert (decision.rule, decision.made) == (Rule.NEW, True)
    assert (contact.name, contact.given_name, contact.surname) == (
        "Ada Lovelace",
        "Ada",
        "Lovelace",
    )
    assert (contact.email, contact.mobile_phone) == ("ada@example.com", PHONE)
    assert {(each.kind, each.value, each.is_valid) for each in rows(ContactCommunication)} == {
        ("Email", "ada@example.com", True),
        ("Phone", PHONE, True),
    }


def test_every_form_is_tied_to_its_contact() -> None:
    search_for(ADA, {"email": "grace@example.com"}, {"notes": "no clue"})
    tied = {form.email: form.contact_id for form in rows(FormSubmit)}
    assert tied == {None: None} | {contact.email: contact.id for contact in rows(Contact)}
    assert all(form.contact_searched_at for form in rows(FormSubmit))


def test_the_same_person_in_one_batch_becomes_one_contact() -> None:
    decisions = search_for(ADA, {**ADA, "email": " ADA@Example.com"}, ADA)
    assert [each.rule for each in decisions] == [Rule.NEW, Rule.EMAIL, Rule.EMAIL]
    assert len({each.contact_id for each in decisions}) == 1


def test_a_found_contact_gains_a_phone_and_is_found_by_it() -> None:
    search_for(ADA)
    search_for({**ADA, "phone": PHONE})
    (decision,) = search_for(
        {"full_name": "Lovelace, Ada", "phone": "001 617 555-0100", "email": "al@example.org"}
    )
    assert decision.rule == Rule.NAME_PHONE
    assert (len(rows(Contact)), len(rows(ContactCommunication))) == (1, 3)


def test_nothing_of_a_contact_is_overwritten_and_what_is_empty_is_filled() -> None:
    search_for({**ADA, "city_str": "London"})
    search_for({**ADA, "first_name": "Augusta", "city_str": "Paris", "account": "Engines Ltd"})
    (contact,) = rows(Contact)
    assert (contact.given_name, contact.city, contact.account) == ("Ada", "London", "Engines Ltd")


def test_running_again_changes_nothing() -> None:
    ids = submit(ADA, {"full_name": "Ada Lovelace"}, {"email": "none"})
    search(ids)
    before = [rows(each) for each in (Contact, ContactClue, ContactCommunication, FormSubmit)]
    assert search(ids) == []
    after = [rows(each) for each in (Contact, ContactClue, ContactCommunication, FormSubmit)]
    assert before == after


def test_a_bad_email_and_phone_stay_on_the_record_and_the_evidence_says_so() -> None:
    (decision,) = search_for({"full_name": "Ada", "email": "ada at home", "phone": "ABCDEFGHIJ"})
    (form,), (contact,), (evidence,) = rows(FormSubmit), rows(Contact), rows(ContactDecision)
    assert (form.email, form.phone) == ("ada at home", "ABCDEFGHIJ")
    assert (contact.email, contact.phone, rows(ContactCommunication)) == (None, None, [])
    assert evidence.unused == "email (is none), phone (is none)"
    assert decision.unused == ("email (is none)", "phone (is none)")


def test_evidence_is_kept_with_the_record() -> None:
    search_for({**ADA, "phone": PHONE})
    (record_id,) = submit({**ADA, "email": "other@example.com", "phone": PHONE})
    (decision,) = search([record_id])
    with reading() as session:
        evidence = session.exec(
            select(ContactDecision).where(ContactDecision.record_id == record_id)
        ).one()
    assert (evidence.rule, evidence.used, evidence.candidates, evidence.made) == (
        "full name and phone",
        "full name, email, phone",
        1,
        False,
    )
    assert (evidence.contact_id, evidence.entity) == (decision.contact_id, "FormSubmit")
    assert (evidence.profile, evidence.decided_at <= utc_now()) == ("default", True)


def forms_of_all_kinds(number: int) -> list[dict[str, Any]]:
    new = {"full_name": f"Number {number}", "email": f"number{number}@example.com"}
    return [
        {},
        {"notes": "no clue"},
        new,
        {**new, "phone": PHONE, "city_str": "London", "utm_source": "google"},
        {"phone": PHONE, "full_name": new["full_name"], "account": "Engines Ltd"},
        {"full_name": "Grace Hopper", "utm_medium": "cpc", "country_str": "Germany"},
    ]


def test_the_number_of_statements_does_not_grow_with_the_batch() -> None:
    counts = []
    for copies in (1, 10, 100):
        search_for(*({"email": f"number{number}@example.com"} for number in range(copies)))
        ids = submit(*(form for number in range(copies) for form in forms_of_all_kinds(number)))
        with statements() as noted:
            search(ids)
        counts.append(len(noted))
    assert counts[0] == counts[1] == counts[2] <= 20


def test_ids_that_are_no_record_are_passed_over() -> None:
    assert search([new_id()]) == []
