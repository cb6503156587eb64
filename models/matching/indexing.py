"""The clues of the contacts that are there: read for a search, built where they are missing.

A contact says for which profiles and region its clues were built. One made by SQL says nothing, and
all say something else once the settings change: they are built anew before the next search, so that
no contact is overlooked.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, delete, insert, or_, update
from sqlmodel import Session, col, select

from models.entities.contact import Contact
from models.identity import new_id
from models.matching.directory import Person, add_clues, options_of_contact
from models.matching.options import SearchOptions
from models.matching.profiles import PROFILES, Profile
from models.matching.regions import regions_by_country
from models.matching.tables import EMAIL, PHONE, ContactClue, ContactCommunication
from models.settings import settings
from models.setwise.among import among
from models.source import WebhookSource

CONTACT = Contact.__table__  # type: ignore[attr-defined]


def profiles_in_use(session: Session) -> list[Profile]:
    """Return the profiles that the settings or a source name, in the order of their names."""
    named = session.exec(select(WebhookSource.contact_profile).distinct())
    names = {settings().contact_profile, *filter(None, named)}
    return [PROFILES[name] for name in sorted(names & PROFILES.keys())]


def clues_for(profiles: Sequence[Profile]) -> str:
    """Say for what clues are built now, as `contact.clues_for` keeps it."""
    region = settings().default_region or ""
    return f"{'+'.join(profile.name for profile in profiles)}/{region}"


def some_lack_clues(session: Session) -> bool:
    """Say whether any contact has no clues for today's settings: a look at an index."""
    lacking = select(CONTACT.c.id).where(_lacks_clues(profiles_in_use(session))).limit(1)
    return session.scalar(lacking) is not None


def _lacks_clues(profiles: list[Profile]) -> ColumnElement[bool]:
    """Say that a contact has none: two ranges rather than "is not", so that an index answers."""
    column, built_for = CONTACT.c.clues_for, clues_for(profiles)
    return or_(column.is_(None), column < built_for, column > built_for)


def index_contacts(session: Session, limit: int, now: datetime) -> int:
    """Build the clues of up to `limit` contacts that have none for today's settings; count them."""
    profiles = profiles_in_use(session)
    contacts = read_contacts(
        session,
        select(CONTACT)
        .where(_lacks_clues(profiles))
        .limit(limit)
        .with_for_update(skip_locked=True),
    )
    if not contacts:
        return 0
    ids = [contact["id"] for contact in contacts]
    _add_missing_options(session, contacts, now)
    session.execute(delete(ContactClue).where(among(ContactClue.contact_id, ids)))
    keys = [
        {"key": key, "contact_id": person.id}
        for person in people_from(session, contacts, profiles)
        for profile in profiles
        for key in person.keys(profile)
    ]
    if keys:
        session.execute(insert(ContactClue), keys)
    session.execute(
        update(Contact).where(among(Contact.id, ids)).values(clues_for=clues_for(profiles)),
        execution_options={"synchronize_session": False},
    )
    return len(contacts)


def read_contacts(session: Session, statement: Executable) -> list[dict[str, Any]]:
    """Read rows of contacts as they stand in the table, which is quicker than making objects."""
    found = session.connection().execute(statement)
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found]


def people_from(
    session: Session, contacts: Iterable[dict[str, Any]], profiles: Sequence[Profile]
) -> list[Person]:
    """Read what contacts are found by: their names, and their communication options."""
    people = {
        contact["id"]: Person(contact["id"], contact["created_at"], contact) for contact in contacts
    }
    for person in people.values():
        for profile in profiles:
            add_clues(person, profile, options_of_contact(person.fields, (), ()), None)
    options = session.exec(
        select(
            ContactCommunication.contact_id,
            ContactCommunication.kind,
            ContactCommunication.value,
            ContactCommunication.region,
        )
        .where(among(ContactCommunication.contact_id, people))
        .order_by(col(ContactCommunication.created_at), col(ContactCommunication.id))
    )
    ours = settings().default_region
    for contact_id, kind, value, region in options:
        option = SearchOptions(
            emails=(value,) if kind == EMAIL else (), phones=(value,) if kind == PHONE else ()
        )
        for profile in profiles:
            add_clues(people[contact_id], profile, option, region or ours)
    return list(people.values())


def _add_missing_options(
    session: Session, contacts: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Make communication options of the columns of contacts that have none, as imported ones."""
    ids = [contact["id"] for contact in contacts]
    has_some = set(
        session.exec(
            select(ContactCommunication.contact_id)
            .where(among(ContactCommunication.contact_id, ids))
            .distinct()
        )
    )
    regions = regions_by_country(session)
    rows = [
        {
            "id": new_id(),
            "contact_id": contact["id"],
            "kind": kind,
            "value": value,
            "region": regions.get(contact["country_id"]) if kind == PHONE else None,
            "is_valid": True,
            "created_at": now,
        }
        for contact in contacts
        if contact["id"] not in has_some
        for kind, column in ((EMAIL, "email"), (PHONE, "mobile_phone"), (PHONE, "phone"))
        if (value := contact[column])
    ]
    if rows:
        session.execute(insert(ContactCommunication), rows)
