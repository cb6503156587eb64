"""Who said no: a contact whose newest word on consent is no, on whatever form, is left alone."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from models.entities.form_submit import FormSubmit
from models.setwise.among import among

Word = tuple[UUID, bool, datetime]
"""A contact, what they said, and when."""


def came_at(submitted_at: datetime | None, created_at: datetime) -> datetime:
    """Return when a form came: what it says itself, unless that is after we had it."""
    return min(submitted_at or created_at, created_at)


def refusing(words: Iterable[Word]) -> set[UUID]:
    """Return the contacts whose newest word is no; of two at the same moment, no counts."""
    newest: dict[UUID, tuple[datetime, bool]] = {}
    for contact_id, said_yes, at in words:
        word = (at, not said_yes)
        newest[contact_id] = max(newest.get(contact_id, word), word)
    return {contact_id for contact_id, (_, said_no) in newest.items() if said_no}


def refusing_among(session: Session, contact_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some contacts who said no: one query."""
    found = session.exec(
        select(
            FormSubmit.contact_id,
            FormSubmit.consent,
            FormSubmit.submitted_at,
            FormSubmit.created_at,
        ).where(among(FormSubmit.contact_id, contact_ids), col(FormSubmit.consent).is_not(None))
    )
    return refusing(
        (contact_id, consent, came_at(submitted_at, created_at))
        for contact_id, consent, submitted_at, created_at in found
        if contact_id is not None and consent is not None
    )
