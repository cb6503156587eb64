"""What holds for any forms, in any order and number: tried with many made up by hypothesis."""

from copy import deepcopy
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from models.matching.directory import Directory, Person, add_clues, options_of_contact
from models.matching.options import SearchOptions
from models.matching.profiles import PROFILES
from models.matching.rules import Decision, Submission
from tests.models.matching.making import NOW, contact, form

NAMES = [None, "Ada Lovelace", "LOVELACE, ada", "Ada King", "Grace Hopper", "Dr. Grace Hopper"]
EMAILS = [None, "ada@example.com", " ADA@example.com", "grace@example.com", "praxis@example.com"]
PHONES = [None, "+1 617 555 0100", "617-555-0100", "001 617 555 0100", "617 555 0199", "no phone"]
BOTH = list(PROFILES.values())

forms = st.builds(
    form,
    st.sampled_from(NAMES),
    st.sampled_from(EMAILS),
    st.sampled_from(PHONES),
    profile=st.sampled_from(BOTH),
)
batches = st.lists(forms, max_size=12)


class Kept:
    """What a database keeps of contacts between two batches: columns and communication options."""

    def __init__(self) -> None:
        self.columns: dict[UUID, tuple[datetime, dict[str, Any]]] = {}
        self.options: dict[UUID, list[tuple[SearchOptions, str | None]]] = {}

    def directory(self) -> Directory:
        people = []
        for id_, (created_at, columns) in self.columns.items():
            person = Person(id_, created_at, dict(columns))
            for profile in BOTH:
                add_clues(person, profile, options_of_contact(columns, (), ()), None)
                for option, region in self.options[id_]:
                    add_clues(person, profile, option, region)
            people.append(person)
        return Directory(BOTH, people)

    def resolve(self, batch: list[Submission], now: datetime) -> list[Decision]:
        directory = self.directory()
        decisions = [directory.resolve(each, now) for each in batch]
        for person in directory.people.values():
            self.columns[person.id] = (person.created_at, person.fields)
            options = self.options.setdefault(person.id, [])
            options += [(SearchOptions(emails=(email,)), None) for email in person.new_emails]
            options += [(SearchOptions(phones=(one,)), region) for one, region in person.new_phones]
        return decisions


def in_the_order_of_making(decisions: list[Decision]) -> list[tuple[object, ...]]:
    """Tell decisions by everything but the ids of contacts, which are new in each run."""
    ids = {each.contact_id: None for each in decisions if each.made}
    number = {contact_id: number for number, contact_id in enumerate(ids)}
    return [
        (number.get(each.contact_id), each.rule, each.candidates, each.used, each.unused, each.made)
        for each in decisions
    ]


def columns_of(kept: Kept) -> list[dict[str, Any]]:
    return [columns for _, columns in kept.columns.values()]


@given(batches, st.sets(st.integers(0, 12)))
def test_the_answer_does_not_depend_on_how_the_batch_is_cut(
    batch: list[Submission], cuts: set[int]
) -> None:
    whole, parts = Kept(), Kept()
    at_once = whole.resolve(batch, NOW)
    bit_by_bit: list[Decision] = []
    starts = [0, *sorted(cuts), len(batch)]
    for minute, (start, end) in enumerate(pairwise(starts)):
        bit_by_bit += parts.resolve(batch[start:end], NOW + timedelta(minutes=minute))
    assert in_the_order_of_making(at_once) == in_the_order_of_making(bit_by_bit)
    assert columns_of(whole) == columns_of(parts)


contacts = st.builds(
    contact,
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(EMAILS[1:]), max_size=2),
    st.lists(st.sampled_from(PHONES[1:]), max_size=2),
    year=st.integers(2000, 2003),
    profiles=st.just(BOTH),
)


@given(st.lists(contacts, max_size=6), forms, st.randoms())
def test_the_answer_does_not_depend_on_the_order_of_candidates(
    people: list[Person], one: Submission, random: Any
) -> None:
    shuffled = deepcopy(people)
    random.shuffle(shuffled)
    first, second = (Directory(BOTH, some).resolve(one, NOW) for some in (people, shuffled))
    assert in_the_order_of_making([first]) == in_the_order_of_making([second])
    assert first.made or first.contact_id == second.contact_id


@given(batches, forms)
def test_the_same_form_again_finds_the_same_contact_and_changes_nothing(
    batch: list[Submission], one: Submission
) -> None:
    directory = Kept().directory()
    for each in [*batch, one]:
        decision = directory.resolve(each, NOW)
    if not one.keys:
        return  # nothing that finds anyone: a name or a phone alone
    before = _state(directory)
    again = directory.resolve(one, NOW)
    assert (again.contact_id, again.made) == (decision.contact_id, False)
    assert _state(directory) == before


def _state(directory: Directory) -> list[object]:
    people = directory.people.values()
    return [
        len(directory.added_keys),
        [(dict(each.fields), list(each.new_emails), list(each.new_phones)) for each in people],
    ]
