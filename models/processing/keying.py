"""Records with a business key: a second webhook with the same one updates, or is refused.

Set-based, in the caller's transaction. Two at the same moment are told apart by the database's
unique constraint; the one that it refuses is taken again, and finds the other's record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, tuple_, update
from sqlmodel import Session

from models.entity import BusinessKey, Entity, OfPerson
from models.identity import new_id
from models.processing.part import Part, Place
from models.processing.updating import set_columns
from models.reading.drafting import Draft
from models.reading.parse_error import key_taken


@dataclass
class _Writes:
    """What is to be written of one entity, by record id, the later webhook over the earlier."""

    new: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    changed: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def add(self, record_id: UUID, values: dict[str, Any], there: bool) -> None:
        if record_id in self.new:
            self.new[record_id] |= values
        elif there:
            self.changed.setdefault(record_id, {}).update(values)
        else:
            self.new[record_id] = values


def save_keyed(
    session: Session, parts: Sequence[Part], now: datetime
) -> tuple[list[Part], dict[Place, UUID]]:
    """Save the records of entities with a business key.

    Returns:
        All parts, those that were refused among them, and the id of each record by its place.
    """
    record_ids: dict[Place, UUID] = {}
    entities = {part.draft.entity for part in parts}
    for entity in (each for each in entities if each and each.business_key):
        of_entity = [
            part for part in parts if part.draft.entity is entity and part.draft.makes_record
        ]
        record_ids |= _save(session, entity, of_entity, now)
    return [_refused_if_left(part, record_ids) for part in parts], record_ids


def _refused_if_left(part: Part, record_ids: dict[Place, UUID]) -> Part:
    entity = part.draft.entity
    key = entity.business_key if entity else None
    if entity is None or key is None or part.draft.failed or part.place in record_ids:
        return part
    codes = [column.code for column in entity.columns() if column.name in key.columns]
    return part.refused(key_taken(entity.code(), codes))


def _save(
    session: Session, entity: type[Entity], parts: Sequence[Part], now: datetime
) -> dict[Place, UUID]:
    key = entity.business_key
    assert key is not None  # noqa: S101  the caller looked
    there = _records_by_key(session, entity, key, parts)
    known = dict(there)
    writes = _Writes()
    record_ids = {}
    for part in parts:
        values = _key_of(key, part.draft)
        if values in known and not key.updates:
            continue
        record_id = known.setdefault(values, new_id())
        record_ids[part.place] = record_id
        sent = part.draft.values if values not in there else part.draft.sent_values
        writes.add(record_id, dict(sent), there=values in there)
    _insert(session, entity, writes.new, now)
    set_columns(session, entity, writes.changed.items())
    if issubclass(entity, OfPerson):
        _search_again(session, entity, list(writes.changed))
    return record_ids


def _key_of(key: BusinessKey, each: Draft) -> tuple[Any, ...]:
    return tuple(each.values[column] for column in key.columns)


def _records_by_key(
    session: Session, entity: type[Entity], key: BusinessKey, parts: Sequence[Part]
) -> dict[tuple[Any, ...], UUID]:
    table = entity.__table__  # type: ignore[attr-defined]
    columns = [table.c[column] for column in key.columns]
    wanted = {_key_of(key, part.draft) for part in parts}
    found = session.connection().execute(
        table.select()
        .with_only_columns(table.c.id, *columns)
        .where(tuple_(*columns).in_(wanted))
        .with_for_update()
    )
    return {tuple(values): record_id for record_id, *values in found}


def _insert(
    session: Session, entity: type[Entity], rows: dict[UUID, dict[str, Any]], now: datetime
) -> None:
    empty = dict.fromkeys(column.name for column in entity.columns())
    made = [
        {**empty, **values, "id": record_id, "created_at": now}
        for record_id, values in rows.items()
    ]
    if made:
        session.connection().execute(insert(entity.__table__), made)  # type: ignore[attr-defined]


def _search_again(session: Session, entity: type[OfPerson], record_ids: Sequence[UUID]) -> None:
    """Have records that no one was found for wait again, now that they may say who it is."""
    table = entity.__table__  # type: ignore[attr-defined]
    session.connection().execute(
        update(table)
        .where(table.c.id.in_(record_ids), table.c.contact_id.is_(None))
        .values(contact_searched_at=None)
    )
