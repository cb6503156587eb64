"""Rows, a batch at a time: inserted, inserted where they are not there, updated, or either."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from models.setwise.copying import copy_rows
from models.setwise.values import writers


def insert_rows(session: Session, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, all with the same columns: one statement, none where there is no row."""
    if not rows:
        return
    table: Table = model.__table__  # type: ignore[attr-defined]
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        copy_rows(connection, table, rows)
    else:
        _execute_written(connection, table, _insert_of(table, tuple(rows[0])), rows)


def update_rows(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Update rows by their ids: one statement on PostgreSQL, which takes each column as an array.

    Args:
        session: the transaction to write in.
        table: one whose primary key is `id`.
        rows: all with the same columns, `id` among them.
    """
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        _execute_written(connection, table, _update_of(table, tuple(rows[0])), rows)
        return
    fresh = _unnested(table, tuple(rows[0]))
    connection.execute(
        update(table)
        .where(table.c.id == fresh.c.id)
        .values({name: fresh.c[name] for name in rows[0] if name != "id"}),
        _arrays(rows),
    )


def upsert(
    session: Session,
    model: type[SQLModel],
    rows: Sequence[dict[str, Any]],
    keep: Sequence[str] = (),
) -> None:
    """Insert rows, or bring those that are there, by primary key, up to date: one statement.

    A row that says the same already is not written.

    Args:
        session: the transaction to write in.
        model: the table.
        rows: all with the same columns.
        keep: columns that stay as they are where the row is there.
    """
    if not rows:
        return
    table: Any = model.__table__  # type: ignore[attr-defined]
    insert, values = _insert_of_many(session, table, rows)
    fresh = insert.excluded
    keys = [column.name for column in table.primary_key]
    named = [name for name in rows[0] if name not in keys and name not in keep]
    session.connection().execute(
        insert.on_conflict_do_update(
            index_elements=keys,
            set_={name: fresh[name] for name in named},
            where=or_(*(table.c[name].is_distinct_from(fresh[name]) for name in named)),
        ),
        values,
    )


def insert_missing(
    session: Session, model: type[SQLModel] | Table, rows: Sequence[dict[str, Any]]
) -> None:
    """Insert the rows that are not there, in the order of the sequence: one statement.

    Whoever inserts several in a transaction sorts them, so that two never wait for each other.
    """
    if rows:
        table: Any = getattr(model, "__table__", model)
        insert, values = _insert_of_many(session, table, rows)
        session.connection().execute(insert.on_conflict_do_nothing(), values)


def _insert_of_many(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> Any:
    """Return the INSERT of rows, which knows what to do on a conflict, and its parameters.

    PostgreSQL takes each column as an array: one statement to plan and to execute.
    """
    insert = insert_into(session, table)
    if session.get_bind().dialect.name != "postgresql":
        return insert, list(rows)
    names = tuple(rows[0])
    fresh = _unnested(table, names)
    chosen = select(*(fresh.c[name] for name in names))
    return insert.from_select(names, chosen, include_defaults=False), _arrays(rows)


def _unnested(table: Table, names: Sequence[str]) -> Any:
    """Return columns of a table as arrays that are parameters, set side by side as rows."""
    arrays = [
        bindparam(f"new_{name}", type_=postgresql.ARRAY(table.c[name].type)) for name in names
    ]
    return func.unnest(*arrays).table_valued(*names, name="fresh").render_derived()


def _arrays(rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    return {f"new_{name}": [row[name] for row in rows] for name in rows[0]}


def insert_into(session: Session, table: Any) -> Any:
    """Return the INSERT of the session's database, which knows what to do on a conflict."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


Statement = tuple[str, Sequence[str]]
"""What SQLite is told, and the columns whose values it takes, in their order."""


def _execute_written(
    connection: Connection, table: Table, statement: Statement, rows: Sequence[dict[str, Any]]
) -> None:
    """Execute a statement for each row, with values that are written here.

    SQLAlchemy takes longer over writing them than SQLite over all the rest.
    """
    text, names = statement
    written = writers(connection, table, names)
    connection.exec_driver_sql(
        text, [tuple([write(row[name]) for name, write in written]) for row in rows]
    )


@cache
def _insert_of(table: Table, names: tuple[str, ...]) -> Statement:
    """Return the INSERT of these columns; SQLAlchemy would take defaults of others along."""
    quoted = sqlite.dialect().identifier_preparer
    columns = ", ".join(quoted.format_column(table.c[name]) for name in names)
    values = ", ".join("?" for _ in names)
    return f"INSERT INTO {quoted.format_table(table)} ({columns}) VALUES ({values})", names  # noqa: S608  our own names


@cache
def _update_of(table: Table, names: tuple[str, ...]) -> Statement:
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names if name != "id"}
    statement = update(table).where(table.c.id == bindparam("new_id")).values(new)
    compiled = statement.compile(dialect=sqlite.dialect())
    return str(compiled), [name.removeprefix("new_") for name in compiled.positiontup or ()]
