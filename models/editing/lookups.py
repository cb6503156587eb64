"""Lookups changed by hand: rows that records point to, periods, and what webhooks may create."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import String, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from models.database import has_table
from models.durations import parse_duration
from models.entities import entities
from models.entity import Lookup
from models.webhook import WebhookEntity, WebhookStatus

MOST_SHOWN = 1000
LARGEST = 2**31 - 1
"""What a column for whole numbers holds."""

FIXED = {"webhook_status"}
"""Lookups whose rows are the process's own: their periods change, and no more."""


class EditError(Exception):
    """A row cannot be changed so; the text says why, for the person who asked."""


def lookups() -> dict[str, type[SQLModel]]:
    """Return the lookups by the names of their tables, those of the process first."""
    entities()  # those of users are known once their files were read
    own: list[type[SQLModel]] = [WebhookStatus, WebhookEntity]
    others = sorted(_below(Lookup), key=lambda each: str(each.__tablename__))
    return {str(each.__tablename__): each for each in (*own, *others)}


def _below(base: type[SQLModel]) -> list[type[SQLModel]]:
    found = [each for each in base.__subclasses__() if hasattr(each, "__table__")]
    return [*found, *(each for sub in base.__subclasses__() for each in _below(sub))]


def counts(session: Session) -> dict[str, int]:
    """Count the rows of each lookup whose table is there."""
    return {
        name: session.exec(select(func.count()).select_from(table)).one()
        for name, table in lookups().items()
        if has_table(session, name)
    }


def rows(session: Session, table: type[SQLModel]) -> Sequence[Any]:
    """Return the rows of a lookup by name."""
    found: Any = table
    return session.exec(select(found).order_by(found.name).limit(MOST_SHOWN)).all()


def columns(table: type[SQLModel]) -> list[Any]:
    """Return the columns of a lookup that may be changed."""
    mine = list(table.__table__.columns)  # type: ignore[attr-defined]
    kept_back = {"id", "name"} if str(table.__tablename__) in FIXED else {"id"}
    return [column for column in mine if column.name not in kept_back]


def choices(session: Session, column: Any) -> Sequence[tuple[str, str]] | None:
    """Return what a column may point to, ids with names; None where it points nowhere."""
    target = next(iter(column.foreign_keys), None)
    if target is None:
        return None
    table = target.column.table
    found = session.execute(select(table.c.id, table.c.name).order_by(table.c.name))
    return [("", ""), *((str(id_), name) for id_, name in found)]


def save(
    session: Session, table: type[SQLModel], row_id: UUID | None, values: Mapping[str, Any]
) -> Any:
    """Change a row, or add one.

    Raises:
        EditError: a value is none, the name is taken, or the row is gone.
    """
    values = {name: _checked(table, name, value) for name, value in values.items()}
    name = values.get("name")
    if "name" in values and not name:
        raise EditError("A row needs a name.")
    if row_id is None and str(table.__tablename__) in FIXED:
        raise EditError("Its rows are the process's own: none can be added.")
    found: Any = table
    row = session.get(found, row_id) if row_id else found(**values)
    if row is None:
        raise EditError("The row is gone: somebody removed it in the meantime.")
    row.sqlmodel_update(values)
    session.add(row)
    _flush(session, f'"{name}" cannot be saved: another row has that name or code already.')
    return row


def remove(session: Session, table: type[SQLModel], row_id: UUID) -> str:
    """Remove a row that nothing points to, and return its name.

    Raises:
        EditError: records point to it, it is gone, or its rows are the process's own.
    """
    if str(table.__tablename__) in FIXED:
        raise EditError("Its rows are the process's own: none can be removed.")
    found: Any = table
    row = session.get(found, row_id)
    if row is None:
        raise EditError("The row is gone already.")
    session.delete(row)
    _flush(session, f'"{row.name}" cannot be removed: records point to it.')
    return str(row.name)


def _flush(session: Session, refusal: str) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise EditError(refusal) from None


def _checked(table: type[SQLModel], name: str, value: Any) -> Any:
    column = table.__table__.columns[name]  # type: ignore[attr-defined]
    if name == "period_seconds":
        return int(parse_duration(str(value)).total_seconds())
    if isinstance(value, str):
        value = value.strip()
    if value in ("", None):
        return "" if name == "name" else None
    longest = getattr(column.type, "length", None)
    if isinstance(value, str) and longest and len(value) > longest:
        raise EditError(f"{name} has at most {longest} characters.")
    if table is WebhookEntity and value not in entities():
        known = ", ".join(sorted(entities()))
        raise EditError(f'There is no entity "{value}". There are: {known}.')
    return _read(name, column, value)


def _read(name: str, column: Any, value: Any) -> Any:
    """Read a number or an id from what was typed or chosen."""
    try:
        if column.foreign_keys:
            return UUID(value)
        if column.type.python_type is int and abs(number := int(value)) <= LARGEST:
            return number
    except ValueError:
        raise EditError(f"“{value}” is no {name}.") from None
    if column.type.python_type is int:
        raise EditError(f"{name} is at most {LARGEST}.")
    return value


def describe(values: Mapping[str, Any]) -> str:
    """Tell what a row was changed to, for the audit log."""
    return ", ".join(f"{name}={value}" for name, value in values.items())


def is_text(column: Any) -> bool:
    """Say whether a column holds text, rather than a number or a yes or no."""
    return isinstance(column.type, String)


def named(session: Session, table: type[SQLModel], row_id: UUID) -> Any:
    """Return a row of a lookup, None where there is none."""
    found: Any = table
    return session.exec(select(found).where(col(found.id) == row_id)).one_or_none()
