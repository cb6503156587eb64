"""Many rows into a table of PostgreSQL by COPY: a third of what an INSERT for each row takes.

Raw SQL stands here alone, since SQLAlchemy has no word for COPY. Values are written as SQLAlchemy
would, and errors are those that it would raise.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from models.setwise.values import writers


def copy_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, all with the same columns, in the connection's transaction.

    Raises:
        DBAPIError: as for an INSERT; IntegrityError where a row breaks a rule.
    """
    names = list(rows[0])
    written = writers(connection, table, names)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([write(row[name]) for name, write in written])
    except psycopg.Error as error:
        raise DBAPIError.instance(
            "COPY",
            None,
            error,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=driver.closed,
            dialect=connection.dialect,
        ) from error
