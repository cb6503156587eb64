"""The contacts that may be meant in a batch: how one is found or made, and what it gains.

Pure rules, no database: `models.matching.search` fills a directory and saves what became of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from models.identity import new_id
from models.matching.clues import (
    Clues,
    clues_in,
    email_and_phone_keys,
    email_keys,
    keys_of,
    name_and_phone_keys,
)
from models.matching.naming import name_fields
from models.matching.options import SearchOptions
from models.matching.profiles import Profile
from models.matching.rules import Decision, Rule, Submission

MOST_OPTIONS = 50
"""Emails, and phones, that one contact gains; more than that are no person's."""

NAME_FIELDS = ("name", "given_name", "middle_name", "surname")


@dataclass(eq=False)
class Person:
    """A contact as the search knows it: its row, its clues by profile, and what it gains."""

    id: UUID
    created_at: datetime
    fields: dict[str, Any]
    clues: dict[str, Clues] = field(default_factory=dict)
    """By the name of the profile."""
    is_new: bool = False
    filled: dict[str, Any] = field(default_factory=dict)
    new_emails: list[str] = field(default_factory=list)
    new_phones: list[tuple[str, str | None]] = field(default_factory=list)
    """With the region that each is from."""

    def keys(self, profile: Profile) -> set[UUID]:
        """Return what this contact is found by, in a profile."""
        clues = self.clues.get(profile.name, Clues())
        return keys_of(profile, clues.emails, clues.phones, clues.names)

    def names(self, profile: Profile) -> list[str]:
        """Return its full names in normal form, in a profile."""
        return self.clues.get(profile.name, Clues()).names


class Directory:
    """The contacts that may be meant in a batch, by key; it grows as the batch is resolved."""

    def __init__(self, profiles: Sequence[Profile], people: Iterable[Person] = ()) -> None:
        self.profiles = profiles
        self.people: dict[UUID, Person] = {}
        self.added_keys: list[tuple[UUID, UUID]] = []
        """Pairs of key and contact that were not there before."""
        self._by_key: dict[UUID, set[Person]] = {}
        for person in people:
            self.people[person.id] = person
            self._add_keys(person)
        self.added_keys.clear()

    def resolve(self, submission: Submission, now: datetime) -> Decision:
        """Find or make the contact of one record, and let it gain what the record says."""
        clues = submission.clues
        rule, found = self._find(submission)
        if found:
            person = min(found, key=lambda each: (each.created_at, each.id))
        elif clues.used or submission.as_posted is not None:
            rule, person = Rule.NEW, self._new_person(now)
        else:
            return Decision(submission.record_id, Rule.NO_CLUE, unused=tuple(clues.unused))
        self._gain(person, submission)
        return Decision(
            submission.record_id,
            rule,
            person.id,
            tuple(clues.used),
            tuple(clues.unused),
            len(found),
            made=not found,
        )

    def _find(self, submission: Submission) -> tuple[Rule, set[Person]]:
        """Apply the rules in order. One whose values are missing finds no one."""
        if submission.contact_id:
            return Rule.GIVEN, {self.people[submission.contact_id]}
        if not submission.searches:
            return Rule.NEW, set()
        profile, clues = submission.profile, submission.clues
        by_email_phone = self._at(email_and_phone_keys(profile, clues.emails, clues.phones))
        by_name_phone = self._at(name_and_phone_keys(profile, clues.names, clues.phones))
        by_rule = {
            Rule.NAME_EMAIL_PHONE: by_email_phone & by_name_phone,
            Rule.EMAIL_PHONE: by_email_phone,
            Rule.NAME_PHONE: by_name_phone,
            Rule.EMAIL: {
                person
                for person in self._at(email_keys(profile, clues.emails))
                if profile.names_agree(clues.names, person.names(profile))
            },
        }
        return next(((rule, found) for rule, found in by_rule.items() if found), (Rule.NEW, set()))

    def _at(self, keys: Iterable[UUID]) -> set[Person]:
        return {person for key in keys for person in self._by_key.get(key, ())}

    def _new_person(self, now: datetime) -> Person:
        person = Person(new_id(), now, fields={}, is_new=True)
        self.people[person.id] = person
        return person

    def _gain(self, person: Person, submission: Submission) -> None:
        """Add emails and phones that are new to a contact, and fill its empty fields.

        Nothing of its own is ever overwritten.
        """
        clues, known = submission.clues, person.clues.get(submission.profile.name, Clues())
        emails = _new(clues.emails, known.emails)
        phones = _new(clues.phones, known.phones)
        person.new_emails += emails
        person.new_phones += [(phone, submission.region) for phone in phones]
        takes_name = not any(person.fields.get(column) for column in NAME_FIELDS)
        if person.is_new:
            _fill(person, submission.as_posted or {})
        _fill(person, _fields_for(submission.options, clues, takes_name=takes_name))
        if not (takes_name or emails or phones):
            return
        gained = options_of_contact(person.fields if takes_name else {}, emails, phones)
        for profile in self.profiles:
            add_clues(person, profile, gained, submission.region)
        self._add_keys(person)

    def _add_keys(self, person: Person) -> None:
        for profile in self.profiles:
            for key in person.keys(profile):
                at = self._by_key.setdefault(key, set())
                if person not in at:
                    at.add(person)
                    self.added_keys.append((key, person.id))


def options_of_contact(
    fields: Mapping[str, Any], emails: Iterable[str], phones: Iterable[str]
) -> SearchOptions:
    """Return what a contact is found by: its names as they are stored, its emails, its phones."""
    return SearchOptions(
        full_name=fields.get("name"),
        given_name=fields.get("given_name"),
        middle_name=fields.get("middle_name"),
        surname=fields.get("surname"),
        emails=tuple(emails),
        phones=tuple(phones),
    )


def _new(given: Mapping[str, str], known: Mapping[str, str]) -> list[str]:
    room = max(0, MOST_OPTIONS - len(known))
    return [value for form, value in given.items() if form not in known][:room]


def add_clues(person: Person, profile: Profile, options: SearchOptions, region: str | None) -> None:
    """Let a contact be found by what these options say, in a profile."""
    clues = person.clues.setdefault(profile.name, Clues())
    more = clues_in(options, profile, region)
    clues.emails |= more.emails
    clues.phones |= more.phones
    clues.names += [name for name in more.names if name not in clues.names]


def _fields_for(options: SearchOptions, clues: Clues, *, takes_name: bool) -> dict[str, Any]:
    """Return what a contact's columns would be, of what a record says about the person."""
    phones = [*clues.phones.values(), None, None]
    return {
        **(name_fields(options) if takes_name and clues.names else {}),
        "email": next(iter(clues.emails.values()), None),
        "mobile_phone": phones[0],
        "phone": phones[1],
        **options.fills,
    }


def _fill(person: Person, values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        if value is not None and person.fields.get(column) is None:
            person.fields[column] = person.filled[column] = value
