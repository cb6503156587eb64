"""A record that was made before, set anew by its webhook: the same row, never a second one."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlmodel import Session

from models.entities.contact import Contact
from models.entity import Entity, OfPerson
from models.matching.reopening import reopen
from models.processing.part import Part, Place
from models.reading.parse_error import made_another_before
from models.webhook import WebhookRecord

Made = Mapping[Place, WebhookRecord]
"""The records that webhooks made before."""


def with_entity_checked(parts: Iterable[Part], made: Made) -> list[Part]:
    """Refuse the parts whose entity is another than that of the record made before."""
    return [_checked(part, made.get(part.place)) for part in parts]


def _checked(part: Part, before: WebhookRecord | None) -> Part:
    entity = part.draft.entity
    if before is None or entity is None or entity.code() == before.entity:
        return part
    return part.refused(made_another_before(entity.code(), before.entity))


def update_records(session: Session, parts: Iterable[Part], made: Made) -> None:
    """Set the columns that webhooks fill anew, and let people be searched for again.

    What a webhook does not fill stays as it is. A record that was deleted since stays deleted.
    Contacts are no part of this: they are only ever enriched, by contact search.
    """
    rows: dict[type[Entity], list[tuple[UUID, dict[str, Any]]]] = {}
    for part in parts:
        entity = part.draft.entity
        if entity not in (None, Contact) and part.draft.makes_record and part.place in made:
            change = made[part.place].record_id, part.draft.values
            rows.setdefault(entity, []).append(change)
    for entity, changes in rows.items():
        if issubclass(entity, OfPerson):
            reopen(session, entity, [record_id for record_id, _ in changes])
        set_columns(session, entity, changes)


def set_columns(
    session: Session, entity: type[Entity], changes: Iterable[tuple[UUID, dict[str, Any]]]
) -> None:
    """Set columns of records, by their ids: one statement for all that set the same columns."""
    table = entity.__table__  # type: ignore[attr-defined]
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for record_id, values in changes:
        if values:
            new = {f"new_{column}": value for column, value in values.items()}
            at = by_columns.setdefault(tuple(sorted(values)), [])
            at.append({"record": record_id, **new})
    for columns, rows in by_columns.items():
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("record"))
            .values({column: bindparam(f"new_{column}") for column in columns}),
            rows,
        )
