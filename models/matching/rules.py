"""In which order clues find someone: the description's rules, with no database.

The first rule that finds someone wins, and among several found the contact that was created
earliest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from models.matching.clues import Clues, clues_in, keys_of
from models.matching.options import SearchOptions
from models.matching.profiles import Profile


class Rule(StrEnum):
    """How a record came to its contact."""

    NAME_EMAIL_PHONE = "full name, email and phone"
    EMAIL_PHONE = "email and phone"
    NAME_PHONE = "full name and phone"
    EMAIL = "email"
    NEW = "new contact"
    GIVEN = "given by the sender"
    NO_CLUE = "no usable clue"


@dataclass(frozen=True)
class Submission:
    """One record whose person is wanted."""

    record_id: UUID
    options: SearchOptions
    profile: Profile
    region: str | None = None
    """Where its phone numbers are from, ISO 3166 of two letters."""
    contact_id: UUID | None = None
    """Its contact, where the sender knew it."""
    as_posted: Mapping[str, Any] | None = None
    """Where the record is to become a contact itself, clues or none: its columns."""
    searches: bool = True
    """Whether contacts that are there are looked at."""

    @cached_property
    def clues(self) -> Clues:
        """Return what of its options is usable."""
        return clues_in(self.options, self.profile, self.region)

    @cached_property
    def keys(self) -> set[UUID]:
        """Return what its person is found by."""
        return keys_of(self.profile, self.clues.emails, self.clues.phones, self.clues.names)

    def keys_in(self, profiles: Iterable[Profile]) -> set[UUID]:
        """Return what its person, once a contact, is found by in any of these profiles."""
        found = set(self.keys)
        for profile in profiles:
            if profile is not self.profile:
                clues = clues_in(self.options, profile, self.region)
                found |= keys_of(profile, clues.emails, clues.phones, clues.names)
        return found


@dataclass(frozen=True)
class Decision:
    """What was decided for one record, and on which evidence."""

    record_id: UUID
    rule: Rule
    contact_id: UUID | None = None
    used: tuple[str, ...] = ()
    """The kinds of clues that the record gave."""
    unused: tuple[str, ...] = ()
    """The kinds of values that could not be used, and why."""
    candidates: int = 0
    """How many contacts the rule found."""
    made: bool = False
