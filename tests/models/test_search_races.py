"""The same new person many times at once, from several processes, on both databases."""

import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from time import sleep
from typing import Any
from uuid import UUID

import pytest

from models.database import DatabaseAwayError, transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.identity import utc_now
from models.matching.search import search_and_create_contacts
from models.matching.tables import ContactCommunication
from tests.models.searching import ADA, PHONE, add_source, rows, search, submit

PROCESSES = 4
TRIES = 10

SAME = [{**ADA, "phone": PHONE}] * 100
MIXED = [
    {
        "full_name": ("Ada Lovelace", "ADA lovelace", "Lovelace, Ada", " Ada  Lovelace")[
            number % 4
        ],
        "email": ("ada@example.com", "Ada@Example.com ", "ADA@EXAMPLE.COM")[number % 3],
        "phone": (PHONE, "001 617 555-0100", "+1 (617) 555 0100")[number % 3],
    }
    for number in range(100)
]


def search_one_by_one(url: str, record_ids: list[UUID]) -> None:
    """Search in a process of its own, a transaction for each record, and again where it is busy."""
    os.environ["HOOKLINE_DATABASE_URL"] = url
    for record_id in record_ids:
        for attempt in range(TRIES):
            try:
                with transaction() as session:
                    search_and_create_contacts(session, FormSubmit, [record_id], utc_now())
                break
            except DatabaseAwayError:  # what a task retries
                if attempt == TRIES - 1:
                    raise


def race(url: str, record_ids: list[UUID]) -> None:
    """Search for the contacts of all records at once, from several processes."""
    shares = [record_ids[start::PROCESSES] for start in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(search_one_by_one, repeat(url), shares))


@pytest.mark.parametrize(
    "forms",
    [pytest.param(MIXED, id="mixed"), pytest.param(SAME, id="same", marks=pytest.mark.prove)],
)
def test_the_same_new_person_a_hundred_times_at_once_becomes_one_contact(
    database: str, forms: list[dict[str, Any]]
) -> None:
    race(database, submit(*forms))
    (contact,) = rows(Contact)
    assert [form.contact_id for form in rows(FormSubmit)] == [contact.id] * 100
    assert len(rows(ContactCommunication)) == 2


@pytest.mark.prove
def test_with_two_profiles_in_use_they_become_one_contact_too(database: str) -> None:
    add_source("strict", contact_profile="creatio")
    race(database, submit(*SAME[:50]) + submit(*SAME[:50], source="strict"))
    (contact,) = rows(Contact)
    assert {form.contact_id for form in rows(FormSubmit)} == {contact.id}


def test_two_that_find_one_contact_by_different_clues_add_a_phone_once(database: str) -> None:
    for email in ("ada@example.com", "al@example.org"):
        search(submit({"full_name": "Ada Lovelace", "email": email, "phone": PHONE}))
    new_phone = "+1 617 555 0199"
    first, second = submit(
        {"email": "ada@example.com", "phone": new_phone},
        {"email": "al@example.org", "phone": new_phone},
    )
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            search_and_create_contacts(session, FormSubmit, [first], utc_now())
            waits = pool.submit(search, [second])
            sleep(0.5)  # enough for it to run into what this transaction holds
        assert len(waits.result()) == 1
    assert [each.value for each in rows(ContactCommunication)].count(new_phone) == 1
