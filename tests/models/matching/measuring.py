"""How well a profile tells people apart: wrong and missed merges over forms of people we know."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from uuid import UUID

from models.identity import new_id
from models.matching.directory import Directory
from models.matching.profiles import Profile
from models.matching.rules import Submission
from tests.models.matching.labelled import LabelledForm

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Figures:
    """What became of the forms of people we know."""

    forms: int
    people: int
    contacts: int
    wrong_merges: int
    """Over contacts, the people in each beyond the first: two people in one contact."""
    missed_merges: int
    """Over people, the contacts of each beyond the first: one person in two contacts."""
    seconds: float


def measure(forms: Iterable[LabelledForm], profile: Profile) -> Figures:
    """Resolve forms in their order, and count who was merged wrongly and who was missed."""
    forms = list(forms)
    started = perf_counter()
    directory = Directory([profile])
    ids = [
        directory.resolve(Submission(new_id(), each.options, profile, each.region), NOW).contact_id
        for each in forms
    ]
    seconds = perf_counter() - started
    people_in: defaultdict[UUID, set[int]] = defaultdict(set)
    contacts_of: defaultdict[int, set[UUID]] = defaultdict(set)
    for form, contact_id in zip(forms, ids, strict=True):
        if contact_id:
            people_in[contact_id].add(form.person)
            contacts_of[form.person].add(contact_id)
    return Figures(
        len(forms),
        len(contacts_of),
        len(people_in),
        sum(len(people) - 1 for people in people_in.values()),
        sum(len(contacts) - 1 for contacts in contacts_of.values()),
        seconds,
    )
