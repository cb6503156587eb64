"""Drafts, saved set-based: records, their details, and their ties to the webhooks.

A chunk that the database refuses is taken again row by row, so that a bad record fails alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models.database import breaks_a_rule
from models.entities.contact import Contact
from models.entity import Entity
from models.following.following import wait
from models.identity import new_id
from models.matching.posted import Posted, contacts_of_posted
from models.processing.detailing import save_details
from models.processing.keying import save_keyed
from models.processing.part import Part, Place
from models.processing.updating import Made, update_records
from models.reading.parse_error import record_refused
from models.setwise.writing import insert_rows
from models.webhook import WebhookRecord

MOST_AT_ONCE = 5000
"""Parts in one statement: PostgreSQL takes 65,535 parameters, and a contact may have ten clues."""

Saved = tuple[Part, UUID | None]
"""A part as it was saved, with the id of its record where it has one."""


def save_all(
    session: Session, parts: Sequence[Part], made: Made, now: datetime, run_id: UUID | None
) -> list[Saved]:
    """Save parts as a whole; where the database refuses one, each by itself.

    Args:
        session: the transaction that holds the webhooks.
        parts: what webhooks come to.
        made: the records that were made before and are to be updated.
        now: the moment that it happens at.
        run_id: the Prefect run that does it.
    """
    return [
        saved
        for start in range(0, len(parts), MOST_AT_ONCE)
        for saved in _save_slice(session, parts[start : start + MOST_AT_ONCE], made, now, run_id)
    ]


def _save_slice(
    session: Session, parts: Sequence[Part], made: Made, now: datetime, run_id: UUID | None
) -> list[Saved]:
    try:
        with session.begin_nested():
            return _save(session, parts, made, now, run_id)
    except DBAPIError as error:
        if not breaks_a_rule(error):
            raise
    return [_save_alone(session, part, made, now, run_id) for part in parts]


def _save_alone(
    session: Session, part: Part, made: Made, now: datetime, run_id: UUID | None
) -> Saved:
    try:
        with session.begin_nested():
            return _save(session, [part], made, now, run_id)[0]
    except DBAPIError as error:
        if not breaks_a_rule(error):
            raise
        entity = part.draft.entity
        return part.refused(record_refused(entity.code() if entity else "", _refusal(error))), None


def _refusal(error: DBAPIError) -> str:
    """Name the constraint that was broken; the driver's whole text may quote the row."""
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if constraint:
        return str(constraint)
    if getattr(error.orig, "sqlite_errorname", None):
        return str(error.orig)  # SQLite names the constraint and the column, never a value
    return type(error.orig).__name__


def _save(
    session: Session, parts: Sequence[Part], made: Made, now: datetime, run_id: UUID | None
) -> list[Saved]:
    """Write records, details and ties to the webhooks: one statement each."""
    fresh = [part for part in parts if part.place not in made]
    again = [part for part in parts if part.place in made]
    fresh, keyed = save_keyed(session, fresh, now)
    parts = [*fresh, *again]
    record_ids = _record_ids(session, parts, made, now, run_id) | keyed
    _insert_records(session, fresh, record_ids, now)
    update_records(session, again, made)
    save_details(session, parts, record_ids)
    _have_subflows_wait(session, parts, record_ids, now)
    _tie(session, fresh, record_ids, now)
    return [(part, record_ids.get(part.place)) for part in parts]


def _record_ids(
    session: Session, parts: Sequence[Part], made: Made, now: datetime, run_id: UUID | None
) -> dict[Place, UUID]:
    """Return the id of each record: new ones, those made before, contacts found or made."""
    before = {place: record.record_id for place, record in made.items()}
    posting = [part for part in parts if part.draft.entity is Contact and part.draft.makes_record]
    posted = [
        Posted(part.webhook.webhook_source, part.draft.values, before.get(part.place))
        for part in posting
    ]
    found = contacts_of_posted(session, posted, now, run_id)
    contacts = {part.place: id_ for part, id_ in zip(posting, found, strict=True) if id_}
    return {
        part.place: before.get(part.place) or contacts.get(part.place) or new_id()
        for part in parts
        if part.draft.makes_record
    }


def _insert_records(
    session: Session, parts: Sequence[Part], record_ids: dict[Place, UUID], now: datetime
) -> None:
    rows: dict[type[Entity], list[dict[str, Any]]] = {}
    for part in parts:
        entity = part.draft.entity
        if entity is None or entity is Contact or entity.business_key:
            continue  # these are saved in ways of their own
        if record_id := record_ids.get(part.place):
            empty = dict.fromkeys(column.name for column in entity.columns())
            ours = {"id": record_id, "created_at": now}
            rows.setdefault(entity, []).append({**empty, **part.draft.values, **ours})
    for entity, values in rows.items():
        insert_rows(session, entity, values)


def _have_subflows_wait(
    session: Session, parts: Sequence[Part], record_ids: dict[Place, UUID], now: datetime
) -> None:
    """Write down which records wait for steps of their own, together with the records."""
    waiting: dict[str, list[UUID]] = {}
    for part in parts:
        entity = part.draft.entity
        if entity is not None and entity.has_steps and part.place in record_ids:
            waiting.setdefault(entity.code(), []).append(record_ids[part.place])
    for code, ids in waiting.items():
        wait(session, code, ids, now)


def _tie(
    session: Session, parts: Sequence[Part], record_ids: dict[Place, UUID], now: datetime
) -> None:
    """Write down which record each webhook has made, so that it never makes it again."""
    rows = [
        {
            "webhook_id": part.webhook.id,
            "position": part.position,
            "entity": part.draft.entity.code(),
            "record_id": record_ids[part.place],
            "made_at": now,
        }
        for part in parts
        if part.draft.entity is not None and part.place in record_ids
    ]
    insert_rows(session, WebhookRecord, rows)
