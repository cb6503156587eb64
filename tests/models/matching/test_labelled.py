"""How well both profiles tell people apart, over thousands of forms of people we know."""

from functools import cache

import pytest

from models.matching.profiles import PROFILES
from tests.models.matching import labelled
from tests.models.matching.labelled import PEOPLE, SEED, LabelledForm, labelled_forms
from tests.models.matching.measuring import measure

VARIATIONS = """
    all, no phone, no email, name only, no name, second email, shared office email,
    shared office phone, shared family phone, email in capitals, capital letters, space around,
    typing error, phone E.164, phone international, phone 00, phone national, phone digits,
    phone no plus, phone typing error, first and last, full name, Last, First, swapped names,
    spaces in name, name lower case, name upper case, name no accents, name typing error
"""


@cache
def forms_of(seed: int) -> tuple[LabelledForm, ...]:
    return tuple(labelled_forms(seed))


def test_the_forms_are_many_and_the_same_each_time() -> None:
    assert len(forms_of(SEED)) >= 5000
    assert len({form.person for form in forms_of(SEED)}) == PEOPLE
    assert list(forms_of(SEED)) == labelled_forms(SEED)


def test_the_forms_show_every_variation_at_least_fifty_times() -> None:
    for variation in VARIATIONS.replace("Last, First", "Last; First").split(","):
        name = " ".join(variation.split()).replace(";", ",")
        assert sum(name in form.shows for form in forms_of(SEED)) >= 50, name


def test_the_default_profile_merges_fewer_people_wrongly_and_misses_far_fewer() -> None:
    default, creatio = (measure(forms_of(SEED), PROFILES[name]) for name in ("default", "creatio"))
    assert default.wrong_merges <= 0.7 * creatio.wrong_merges
    assert default.missed_merges <= 0.6 * creatio.missed_merges


def test_no_list_of_shared_mailboxes_is_what_makes_it_better(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(labelled, "LISTED_DESKS", labelled.UNLISTED_DESKS)
    forms = labelled_forms(SEED)
    default, creatio = (measure(forms, PROFILES[name]) for name in ("default", "creatio"))
    assert default.wrong_merges <= 0.7 * creatio.wrong_merges
