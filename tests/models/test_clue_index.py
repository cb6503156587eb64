"""The clues of contacts that are there, built where they are missing, on both databases."""

import pytest
from sqlalchemy import delete, update

from models.database import transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.identity import utc_now
from models.matching.indexing import index_contacts
from models.matching.rules import Rule
from models.matching.tables import ContactClue, ContactCommunication
from models.settings import settings
from tests.models.searching import ADA, PHONE, add, add_source, rows, search_for

pytestmark = pytest.mark.usefixtures("database")


def index(limit: int = 100) -> int:
    with transaction() as session:
        return index_contacts(session, limit, utc_now())


def set_to(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"HOOKLINE_{name}", value)
    settings.cache_clear()


def test_a_contact_made_by_sql_is_found() -> None:
    contact = Contact(name="Ada Lovelace", email="Ada@example.com")
    add(contact)
    (decision,) = search_for(ADA)
    assert (decision.rule, decision.contact_id) == (Rule.EMAIL, contact.id)


def test_its_columns_become_communication_options() -> None:
    add(Contact(email="ada@example.com", mobile_phone=PHONE, phone="no phone"))
    index()
    assert {each.value for each in rows(ContactCommunication)} == {
        "ada@example.com",
        PHONE,
        "no phone",
    }


def test_an_option_added_by_sql_finds_once_the_contact_is_marked() -> None:
    search_for(ADA)
    (contact,) = rows(Contact)
    add(ContactCommunication(contact_id=contact.id, kind="Email", value="al@example.org"))
    with transaction() as session:
        session.get_one(Contact, contact.id).clues_for = None
    (decision,) = search_for({"email": "al@example.org"})
    assert decision.contact_id == contact.id


def test_clues_are_built_once_and_in_portions() -> None:
    add(*(Contact(email=f"{number}@example.com") for number in range(5)))
    assert [index(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert len(rows(ContactClue)) == 5


def test_contacts_that_a_search_makes_need_no_building() -> None:
    search_for(ADA)
    assert index() == 0


def test_clues_built_anew_are_those_that_searches_add() -> None:
    search_for(ADA, {**ADA, "phone": PHONE}, {"full_name": "Dr. Ada King", "phone": PHONE})
    before = {(each.key, each.contact_id) for each in rows(ContactClue)}
    with transaction() as session:
        for contact in rows(Contact):
            session.get_one(Contact, contact.id).clues_for = None
    assert index() == 2
    assert {(each.key, each.contact_id) for each in rows(ContactClue)} == before


def test_a_change_of_profile_rebuilds_clues_before_the_next_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search_for(ADA)
    set_to(monkeypatch, CONTACT_PROFILE="creatio")
    decisions = search_for(ADA, {**ADA, "email": "ADA@example.com"})
    assert [each.rule for each in decisions] == [Rule.EMAIL, Rule.NEW]


def test_a_change_of_region_rebuilds_clues_before_the_next_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search_for({"full_name": "Ada Lovelace", "phone": "617 555 0100"})
    set_to(monkeypatch, DEFAULT_REGION="US")
    (decision,) = search_for({"full_name": "Ada Lovelace", "phone": PHONE})
    assert decision.rule is Rule.NAME_PHONE


def test_a_source_that_names_a_second_profile_finds_who_was_there_before() -> None:
    search_for(ADA)
    add_source("strict", contact_profile="creatio")
    decisions = search_for(ADA, source="strict") + search_for({**ADA, "email": "ADA@example.com"})
    assert [each.rule for each in decisions] == [Rule.EMAIL, Rule.EMAIL]
    assert len(rows(Contact)) == 1


def test_a_contact_that_is_deleted_takes_its_clues_with_it() -> None:
    search_for(ADA)
    with transaction() as session:
        session.execute(update(FormSubmit).values(contact_id=None))
        session.execute(delete(Contact))
    assert (rows(ContactClue), rows(ContactCommunication)) == ([], [])
