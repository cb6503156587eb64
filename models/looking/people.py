"""Which webhooks an email or a phone has to do with: by the contacts that have it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from uuid import UUID

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from sqlmodel import Session, and_, col, or_, select

from models.database import has_table
from models.entities import entities_of_people
from models.entities.contact import Contact
from models.matching.clues import email_keys
from models.matching.indexing import profiles_in_use
from models.matching.tables import ContactClue, ContactCommunication
from models.settings import settings
from models.source import WebhookSource
from models.webhook import WebhookRecord

SEPARATORS = ("", " ", "-", ".")
MOST = 1000
"""Contacts, records and webhooks of one person that are looked at."""


def webhooks_of_person(session: Session, written: str) -> list[UUID]:
    """Return the ids of the newest webhooks whose record's contact has an email or a phone."""
    contact_ids = contacts_with(session, written)
    conditions = [
        and_(col(WebhookRecord.entity) == code, col(WebhookRecord.record_id).in_(ids))
        for code, ids in _records_of(session, contact_ids)
    ]
    if not conditions:
        return []
    return list(
        session.exec(
            select(WebhookRecord.webhook_id)
            .where(or_(*conditions))
            .order_by(col(WebhookRecord.webhook_id).desc())
            .limit(MOST)
        )
    )


def contacts_with(session: Session, written: str) -> list[UUID]:
    """Return the ids of the contacts that have an email or a phone, however it is spelled."""
    written = written.strip()
    found = set(
        session.exec(
            select(ContactCommunication.contact_id)
            .where(col(ContactCommunication.value).in_(_spellings(session, written)))
            .limit(MOST)
        )
    )
    if keys := _email_keys(session, written):
        by_key = select(ContactClue.contact_id).where(col(ContactClue.key).in_(keys)).limit(MOST)
        found |= set(session.exec(by_key))
    return sorted(found)


def _email_keys(session: Session, written: str) -> list[UUID]:
    if "@" not in written:
        return []
    return [
        key
        for profile in profiles_in_use(session)
        if (form := profile.email(written))
        for key in email_keys(profile, [form])
    ]


def _spellings(session: Session, written: str) -> set[str]:
    """Return the usual ways in which a phone is written, and what was written itself.

    A phone alone has no key, since nobody is found by one alone when a record comes.
    """
    spelled = {written}
    if "@" in written:
        return spelled
    regions = {settings().default_region, *session.exec(select(WebhookSource.region).distinct())}
    for region in regions:
        with suppress(NumberParseException):
            spelled |= _formats(phonenumbers.parse(written, region))
    return spelled | {_separated(each, by) for each in spelled for by in SEPARATORS}


def _formats(number: phonenumbers.PhoneNumber) -> set[str]:
    styles = (PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)
    international, national = (phonenumbers.format_number(number, style) for style in styles)
    return {international, national, f"+{number.country_code} {national}"}


def _separated(phone: str, by: str) -> str:
    """Write a phone with another sign between its groups: +1 617-555-0123 is +1.617.555.0123."""
    return re.sub(r"[^\d+]+", by, phone).strip(by or None)


def _records_of(
    session: Session, contact_ids: Sequence[UUID]
) -> Iterator[tuple[str, Sequence[UUID]]]:
    """Yield the records of contacts by entity, the contacts themselves among them."""
    if not contact_ids:
        return
    yield Contact.code(), contact_ids
    for code, entity in entities_of_people().items():
        if not has_table(session, str(entity.__tablename__)):
            continue
        ids = session.exec(
            select(entity.id)
            .where(col(entity.contact_id).in_(contact_ids))
            .order_by(col(entity.id).desc())
            .limit(MOST)
        ).all()
        if ids:
            yield code, ids
