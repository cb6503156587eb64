"""The rules, in order: who is found by which clues, and what a contact gains."""

from typing import Any

import pytest

from models.matching.directory import MOST_OPTIONS, Directory, Person
from models.matching.profiles import CREATIO, DEFAULT, PROFILES, Profile
from models.matching.rules import Rule
from tests.models.matching.making import NOW, contact, form

NAME, EMAIL, PHONE = "Ada Lovelace", "ada@example.com", "+1 617 555 0100"
OTHER_NAME, OTHER_EMAIL, OTHER_PHONE = "Ada King", "ada@example.org", "+1 617 555 0199"

both_profiles = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)

RULES = [
    # the form's name, email and phone, and the rule that finds the contact by them
    ((NAME, EMAIL, PHONE), Rule.NAME_EMAIL_PHONE),
    ((OTHER_NAME, EMAIL, PHONE), Rule.EMAIL_PHONE),
    ((None, EMAIL, PHONE), Rule.EMAIL_PHONE),
    ((NAME, OTHER_EMAIL, PHONE), Rule.NAME_PHONE),
    ((NAME, None, PHONE), Rule.NAME_PHONE),
    ((NAME, EMAIL, OTHER_PHONE), Rule.EMAIL),
    ((NAME, EMAIL, None), Rule.EMAIL),
    ((OTHER_NAME, EMAIL, None), Rule.EMAIL),
    ((None, EMAIL, None), Rule.EMAIL),
    ((NAME, None, None), Rule.NEW),  # a name alone finds no one
    ((None, None, PHONE), Rule.NEW),  # nor does a phone alone
    ((NAME, OTHER_EMAIL, OTHER_PHONE), Rule.NEW),
    ((OTHER_NAME, OTHER_EMAIL, PHONE), Rule.NEW),
    ((None, None, None), Rule.NO_CLUE),
]


@both_profiles
@pytest.mark.parametrize(("written", "rule"), RULES)
def test_a_contact_is_found_by(
    written: tuple[str | None, ...], rule: Rule, profile: Profile
) -> None:
    known = contact(NAME, [EMAIL], [PHONE], profiles=[profile])
    decision = Directory([profile], [known]).resolve(form(*written, profile=profile), NOW)
    assert decision.rule is rule
    assert (decision.contact_id == known.id) is (rule not in (Rule.NEW, Rule.NO_CLUE))


EARLIER_RULE_WINS = [
    # two contacts, the one of the earlier rule made later; the form says name, email and phone
    ((NAME, [EMAIL], [PHONE]), (None, [EMAIL], [PHONE]), Rule.NAME_EMAIL_PHONE),
    ((None, [EMAIL], [PHONE]), (NAME, [], [PHONE]), Rule.EMAIL_PHONE),
    ((NAME, [], [PHONE]), (None, [EMAIL], []), Rule.NAME_PHONE),
]


@both_profiles
@pytest.mark.parametrize(("meant", "other", "rule"), EARLIER_RULE_WINS)
def test_the_first_rule_that_finds_someone_wins_over_an_older_contact(
    meant: tuple[Any, ...], other: tuple[Any, ...], rule: Rule, profile: Profile
) -> None:
    expected = contact(*meant, year=2024, profiles=[profile])
    older = contact(*other, year=2001, profiles=[profile])
    decision = Directory([profile], [older, expected]).resolve(
        form(NAME, EMAIL, PHONE, profile=profile), NOW
    )
    assert (decision.rule, decision.contact_id) == (rule, expected.id)


def test_among_several_found_the_earliest_created_is_taken() -> None:
    people = [contact(NAME, [EMAIL], year=year) for year in (2012, 2010, 2011)]
    decision = Directory([DEFAULT], people).resolve(form(email=EMAIL), NOW)
    assert (decision.contact_id, decision.candidates) == (people[1].id, 3)


def test_the_first_and_second_clue_must_be_of_one_contact() -> None:
    people = [contact(NAME, [EMAIL]), contact(NAME, [], [PHONE])]
    decision = Directory([DEFAULT], people).resolve(form(None, EMAIL, PHONE), NOW)
    assert (decision.rule, decision.contact_id) == (Rule.EMAIL, people[0].id)


SHARED_MAILBOX = [
    # who writes from the mailbox of Ada Lovelace's office, and whether they are her
    ("Grace Hopper", False),
    ("ADA  LOVELACE", True),
    ("Lovelace, Ada", True),
    ("Ada King", True),
    (None, True),
]


@pytest.mark.parametrize(("name", "is_her"), SHARED_MAILBOX)
def test_an_email_alone_finds_no_one_of_quite_another_name(name: str | None, is_her: bool) -> None:
    ada = contact(NAME, ["praxis@example.com"])
    decision = Directory([DEFAULT], [ada]).resolve(form(name, "praxis@example.com"), NOW)
    assert (decision.contact_id == ada.id) is is_her


def test_in_the_profile_creatio_an_email_alone_finds_whoever_has_it() -> None:
    ada = contact(NAME, [EMAIL], profiles=[CREATIO])
    decision = Directory([CREATIO], [ada]).resolve(
        form("Grace Hopper", EMAIL, profile=CREATIO), NOW
    )
    assert (decision.rule, decision.contact_id) == (Rule.EMAIL, ada.id)


def test_a_record_without_a_clue_gets_no_contact_and_says_why() -> None:
    directory = Directory([DEFAULT])
    decision = directory.resolve(form(None, "no email", "letters"), NOW)
    assert (decision.rule, decision.contact_id, decision.made) == (Rule.NO_CLUE, None, False)
    assert decision.unused == ("email (is none)", "phone (is none)")
    assert not directory.people


def test_a_contact_that_the_sender_gave_is_not_searched_for_but_gains() -> None:
    given, with_email = contact("Ada King"), contact(NAME, [EMAIL])
    directory = Directory([DEFAULT], [given, with_email])
    decision = directory.resolve(form(None, EMAIL, contact_id=given.id), NOW)
    assert (decision.rule, decision.contact_id, decision.made) == (Rule.GIVEN, given.id, False)
    assert given.new_emails == [EMAIL]


def gains(known: Person, **written: Any) -> Person:
    Directory([DEFAULT], [known]).resolve(form(**written), NOW)
    return known


def test_a_found_contact_gains_an_email_and_a_phone_that_are_new_to_it() -> None:
    ada = gains(contact(NAME, [EMAIL]), name=NAME, email=EMAIL, phone=PHONE)
    assert (ada.new_emails, ada.new_phones) == ([], [(PHONE, "US")])
    ada = gains(contact(NAME, [], [PHONE]), name=NAME, email=EMAIL, phone="617-555-0100")
    assert (ada.new_emails, ada.new_phones) == ([EMAIL], [])


def test_what_is_gained_finds_the_contact_from_then_on() -> None:
    directory = Directory([DEFAULT], [ada := contact(NAME, [EMAIL])])
    directory.resolve(form(NAME, EMAIL, PHONE), NOW)
    decision = directory.resolve(form(NAME, OTHER_EMAIL, PHONE), NOW)
    assert (decision.rule, decision.contact_id) == (Rule.NAME_PHONE, ada.id)


def test_empty_fields_of_a_contact_are_filled_and_none_is_overwritten() -> None:
    ada = contact(NAME, [EMAIL], city="London", mobile_phone=None)
    fills = {"city": "Paris", "zip": "W1"}
    gains(ada, name=OTHER_NAME, email=EMAIL, phone=PHONE, fills=fills)
    assert ada.filled == {"email": EMAIL, "mobile_phone": PHONE, "zip": "W1"}
    assert (ada.fields["name"], ada.fields["city"]) == (NAME, "London")


def test_a_contact_without_a_name_takes_one() -> None:
    ada = gains(contact(None, [EMAIL]), name=NAME, email=EMAIL)
    assert (ada.fields["name"], ada.fields["given_name"], ada.fields["surname"]) == (
        "Ada Lovelace",
        "Ada",
        "Lovelace",
    )


def test_a_second_form_with_nothing_new_changes_nothing() -> None:
    directory = Directory([DEFAULT], [ada := contact(NAME, [EMAIL], [PHONE])])
    directory.resolve(form(NAME, EMAIL, PHONE), NOW)
    ada.filled.clear()
    directory.resolve(form(NAME, EMAIL, PHONE), NOW)
    assert (ada.filled, ada.new_emails, ada.new_phones, directory.added_keys) == ({}, [], [], [])


def test_a_contact_gains_no_more_emails_than_a_person_has() -> None:
    """A flood of forms under one name and phone does not make one contact endless."""
    directory = Directory([DEFAULT])
    for number in range(MOST_OPTIONS + 10):
        directory.resolve(form(NAME, f"ada{number}@example.com", PHONE), NOW)
    (ada,) = directory.people.values()
    assert len(ada.new_emails) == len(ada.clues["default"].emails) == MOST_OPTIONS


def test_a_posted_contact_is_made_of_its_own_columns_clues_or_none() -> None:
    directory = Directory([DEFAULT])
    decision = directory.resolve(form(as_posted={"notes": "met at the fair"}), NOW)
    assert (decision.rule, decision.made) == (Rule.NEW, True)
    (made,) = directory.people.values()
    assert made.fields["notes"] == "met at the fair"


def test_a_posted_contact_whose_source_does_not_search_is_always_made() -> None:
    directory = Directory([DEFAULT], [contact(NAME, [EMAIL])])
    decision = directory.resolve(form(NAME, EMAIL, as_posted={}, searches=False), NOW)
    assert (decision.rule, decision.made, len(directory.people)) == (Rule.NEW, True, 2)


def test_with_two_profiles_in_use_each_finds_what_the_other_made() -> None:
    directory = Directory([CREATIO, DEFAULT])
    made = directory.resolve(form(NAME, EMAIL, profile=CREATIO), NOW)
    found = directory.resolve(form(NAME, EMAIL.upper(), profile=DEFAULT), NOW)
    again = directory.resolve(form(NAME, EMAIL, profile=CREATIO), NOW)
    assert made.contact_id == found.contact_id == again.contact_id
