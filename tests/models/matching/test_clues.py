"""What of the search options is usable, and the keys it is found by."""

import pytest

from models.matching.clues import Clues, clues_in, email_keys, keys_of
from models.matching.options import SearchOptions
from models.matching.profiles import CREATIO, DEFAULT


def clues(**options: object) -> Clues:
    return clues_in(SearchOptions(**options), DEFAULT, "US")  # type: ignore[arg-type]


USED = [
    # what was written, the kinds of clues in it, what could not be used
    ({"emails": ("ada@example.com",)}, ["email"], []),
    ({"phones": ("617 555 0100",)}, ["phone"], []),
    ({"full_name": "Ada Lovelace"}, ["full name"], []),
    ({"given_name": "Ada", "surname": "Lovelace"}, ["full name"], []),
    ({"emails": ("ada at home",)}, [], ["email (is none)"]),
    ({"phones": ("ABCDEFGHIJ",)}, [], ["phone (is none)"]),
    ({"full_name": "Ada\u202e Lovelace"}, [], ["full name (unreadable characters)"]),
    (
        {"full_name": "Ada", "emails": ("ada",), "phones": ("x", "617 555 0100")},
        ["full name", "phone"],
        ["email (is none)", "phone (is none)"],
    ),
    ({}, [], []),
    ({"full_name": "", "emails": (), "phones": ()}, [], []),
]


@pytest.mark.parametrize(("written", "used", "unused"), USED)
def test_evidence_tells_kinds_and_never_values(
    written: dict[str, object], used: list[str], unused: list[str]
) -> None:
    found = clues(**written)
    assert (found.used, found.unused) == (used, unused)


def test_a_full_name_counts_as_stored_and_as_its_parts_put_together() -> None:
    found = clues(full_name="Dr Ada Lovelace", given_name="Ada", middle_name="K", surname="King")
    assert found.names == ["dr ada lovelace", "ada k king"]


def test_values_that_are_one_in_normal_form_count_once_as_first_written() -> None:
    found = clues(emails=("Ada@example.com", "ada@EXAMPLE.com"), phones=("617-555-0100",) * 2)
    assert found.emails == {"ada@example.com": "Ada@example.com"}
    assert found.phones == {"+16175550100": "617-555-0100"}


def test_every_email_and_every_name_with_every_phone_has_a_key() -> None:
    assert len(keys_of(DEFAULT, ["e1", "e2"], ["p1", "p2", "p3"], ["n1"])) == 2 + 2 * 3 + 3


def test_a_name_alone_and_a_phone_alone_have_none() -> None:
    assert keys_of(DEFAULT, [], [], ["n"]) == keys_of(DEFAULT, [], ["p"], []) == set()


def test_keys_of_two_profiles_never_meet() -> None:
    assert keys_of(DEFAULT, ["e"], ["p"], ["n"]).isdisjoint(keys_of(CREATIO, ["e"], ["p"], ["n"]))


def test_a_key_is_the_same_in_every_process_and_version() -> None:
    """Keys are stored: one that changed would find no one until all are built anew."""
    (key,) = email_keys(DEFAULT, ["ada@example.com"])
    assert str(key) == "ab5d4048-e18c-55c6-8152-404632f953fd"
