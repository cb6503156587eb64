"""Contacts and forms made in one line, for tests of the rules."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from models.identity import new_id
from models.matching.directory import Person, add_clues, options_of_contact
from models.matching.options import SearchOptions
from models.matching.profiles import DEFAULT, Profile
from models.matching.rules import Submission

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def contact(
    name: str | None = None,
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    *,
    year: int = 2020,
    profiles: Iterable[Profile] = (DEFAULT,),
    **fields: Any,
) -> Person:
    """Make a contact of that year, as it would be read from the database."""
    person = Person(new_id(), NOW.replace(year=year), {"name": name, **fields})
    for profile in profiles:
        add_clues(person, profile, options_of_contact(person.fields, emails, phones), "US")
    return person


def form(
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    *,
    profile: Profile = DEFAULT,
    contact_id: UUID | None = None,
    as_posted: dict[str, Any] | None = None,
    searches: bool = True,
    **others: Any,
) -> Submission:
    """Make a form that asked for a full name, an email and a phone."""
    options = SearchOptions(
        full_name=name,
        emails=(email,) if email else (),
        phones=(phone,) if phone else (),
        **others,
    )
    return Submission(
        new_id(),
        options,
        profile,
        "US",
        contact_id=contact_id,
        as_posted=as_posted,
        searches=searches,
    )
