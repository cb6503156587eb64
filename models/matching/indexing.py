"""The clues of the contacts that are there: read for a search, built where they are missing.

A contact says for which profiles and region its clues were built. One made by SQL says nothing, and
all say something else once the settings change: they are built anew before the next search, so that
no contact is overlooked.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, or_, update
from sqlmodel import Session, col, select

from models.entities.contact import Contact
from models.identity import new_id
from models.matching.directory import Person, add_clues, options_of_contact
from models.matching.profiles import PROFILES, Profile
from models.matching.regions import regions_by_country
from models.matching.tables import EMAIL, PHONE, ContactClue, ContactCommunication
from models.settings import settings
from models.source import WebhookSource


def profiles_in_use(session: Session) -> list[Profile]:
    """Return the profiles that the settings or a source name, in the order of their names."""
    named = session.exec(select(WebhookSource.contact_profile).distinct())
    names = {settings().contact_profile, *filter(None, named)}
    return [PROFILES[name] for name in sorted(names & PROFILES.keys())]


def clues_for(profiles: Sequence[Profile]) -> str:
    """Say for what clues are built now, as `contact.clues_for` keeps it."""
    region = settings().default_region or ""
    return f"{'+'.join(profile.name for profile in profiles)}/{region}"


def index_contacts(session: Session, limit: int, now: datetime) -> int:
    """Build the clues of up to `limit` contacts that have none for today's settings; count them."""
    profiles = profiles_in_use(session)
    built_for = clues_for(profiles)
    contacts = session.exec(
        # Two ranges rather than "is not", so that an index answers.
        select(Contact)
        .where(
            or_(
                col(Contact.clues_for).is_(None),
                col(Contact.clues_for) < built_for,
                col(Contact.clues_for) > built_for,
            )
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not contacts:
        return 0
    ids = [contact.id for contact in contacts]
    _add_missing_options(session, contacts, now)
    session.execute(delete(ContactClue).where(col(ContactClue.contact_id).in_(ids)))
    keys = [
        {"key": key, "contact_id": person.id}
        for person in people_from(session, contacts, profiles)
        for profile in profiles
        for key in person.keys(profile)
    ]
    if keys:
        session.execute(insert(ContactClue), keys)
    session.execute(
        update(Contact).where(col(Contact.id).in_(ids)).values(clues_for=built_for),
        execution_options={"synchronize_session": False},
    )
    return len(contacts)


def people_from(
    session: Session, contacts: Iterable[Contact], profiles: Sequence[Profile]
) -> list[Person]:
    """Read what contacts are found by: their names, and their communication options."""
    people = {
        contact.id: Person(contact.id, contact.created_at, dict(vars(contact)))
        for contact in contacts
    }
    for person in people.values():
        for profile in profiles:
            add_clues(person, profile, options_of_contact(person.fields, (), ()), None)
    options = session.exec(
        select(ContactCommunication)
        .where(col(ContactCommunication.contact_id).in_(people))
        .order_by(col(ContactCommunication.created_at), col(ContactCommunication.id))
    )
    for option in options:
        emails = (option.value,) if option.kind == EMAIL else ()
        phones = (option.value,) if option.kind == PHONE else ()
        region = option.region or settings().default_region
        for profile in profiles:
            add_clues(
                people[option.contact_id], profile, options_of_contact({}, emails, phones), region
            )
    return list(people.values())


def _add_missing_options(session: Session, contacts: Sequence[Contact], now: datetime) -> None:
    """Make communication options of the columns of contacts that have none, as imported ones."""
    ids = [contact.id for contact in contacts]
    has_some = set(
        session.exec(
            select(ContactCommunication.contact_id)
            .where(col(ContactCommunication.contact_id).in_(ids))
            .distinct()
        )
    )
    regions = regions_by_country(session)
    rows = [
        {
            "id": new_id(),
            "contact_id": contact.id,
            "kind": kind,
            "value": value,
            "region": regions.get(contact.country_id) if kind == PHONE else None,
            "is_valid": True,
            "created_at": now,
        }
        for contact in contacts
        if contact.id not in has_some
        for kind, value in (
            (EMAIL, contact.email),
            (PHONE, contact.mobile_phone),
            (PHONE, contact.phone),
        )
        if value
    ]
    if rows:
        session.execute(insert(ContactCommunication), rows)
