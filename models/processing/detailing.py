"""The rows of details, saved with the record that they belong to."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlmodel import Session

from models.entity import Detail
from models.identity import new_id
from models.processing.part import Part, Place

Rows = list[dict[str, Any]]


def save_details(session: Session, parts: Iterable[Part], record_ids: dict[Place, UUID]) -> None:
    """Save the rows of details, in place of those that their record had: two statements a table.

    A webhook that brings no list leaves the rows as they are.
    """
    by_table: dict[tuple[type[Detail], str], dict[UUID, Rows]] = {}
    for part in parts:
        entity = part.draft.entity
        if entity is None or part.place not in record_ids:
            continue
        for detail, rows in part.draft.details.items():
            column = detail.parent_column(str(entity.__tablename__))
            assert column is not None  # noqa: S101  checked when the file was read
            by_table.setdefault((detail, column), {})[record_ids[part.place]] = rows
    for (detail, column), rows_by_record in by_table.items():
        _replace(session, detail, column, rows_by_record)


def _replace(
    session: Session, detail: type[Detail], column: str, rows_by_record: dict[UUID, Rows]
) -> None:
    table = detail.__table__  # type: ignore[attr-defined]
    empty = dict.fromkeys(each.name for each in detail.columns())
    rows = [
        {**empty, **row, "id": new_id(), column: record_id}
        for record_id, of_record in rows_by_record.items()
        for row in of_record
    ]
    session.connection().execute(delete(table).where(table.c[column].in_(rows_by_record)))
    if rows:
        session.connection().execute(insert(table), rows)
