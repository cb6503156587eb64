"""How the values of a table's columns are handed to the driver, past SQLAlchemy's statements."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Table

Write = Callable[[Any], Any]


def writers(connection: Connection, table: Table, names: Iterable[str]) -> list[tuple[str, Write]]:
    """Return how values of each of these columns are written, as SQLAlchemy would write them."""
    dialect = connection.dialect
    return [
        (name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is)
        for name in names
    ]


def _as_it_is(value: Any) -> Any:
    return value
