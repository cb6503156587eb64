"""The door to the database: engines, transactions, and what counts as away."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from pathlib import Path
from time import sleep
from typing import Any

from psycopg.types.array import ListBinaryDumper
from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session, create_engine

from models.settings import settings
from models.turn import PATIENT, turn

READS_ONLY = "hookline_reads_only"


class DatabaseAwayError(Exception):
    """The database cannot be reached or is busy. Transient: the same call may succeed later.

    Its text, as that of `DatabaseRefusedError`, holds no SQL, no parameters and no row, so that it
    may be logged anywhere.
    """


class DatabaseRefusedError(Exception):
    """The database refused a statement for good: a constraint, or a schema that is not ours."""


def engine() -> Engine:
    """Return this process's engine for the database that the settings name."""
    return _engine(settings().resolved_database_url(), settings().database_timeout_seconds)


def bounded_engine(seconds: float, url: str | None = None) -> Engine:
    """Return an engine whose every statement ends within about `seconds`, answered or not.

    Args:
        seconds: the bound.
        url: the database's, for a thread that stays with it; without it, as the settings say now.
    """
    return _engine(url or settings().resolved_database_url(), seconds, seconds)


@cache
def _engine(url: str, timeout_seconds: float, statement_seconds: float | None = None) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, timeout_seconds)
    return _postgresql_engine(url, timeout_seconds, statement_seconds)


def _postgresql_engine(url: str, timeout_seconds: float, statement_seconds: float | None) -> Engine:
    made = create_engine(
        url,
        hide_parameters=True,  # people's data stays out of every error text
        pool_pre_ping=True,
        pool_use_lifo=True,  # the server process behind it has what it needs at hand
        pool_timeout=timeout_seconds,
        connect_args={
            "connect_timeout": max(1, int(timeout_seconds)),
            **(_network_limits(statement_seconds) if statement_seconds else {}),
        },
    )

    @event.listens_for(made, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        # In the server's own zone, a moment of the year 1 or 9999 may lie in a year that Python
        # does not know, and a row that holds it could never be read again.
        connection.execute("SET TIME ZONE 'UTC'")
        # A list is a column's values, all of one type. As text, which can mix types, an id takes
        # seven times as long to write, and a moment sixteen times.
        connection.adapters.register_dumper(list, ListBinaryDumper)
        if statement_seconds:
            # Not among the connection's options, which a user's URL may hold, and which a pooler
            # between here and the server may not know.
            connection.execute(f"SET statement_timeout = {int(statement_seconds * 1000)}")
        connection.commit()

    return made


def _network_limits(seconds: float) -> dict[str, Any]:
    """Bound how long a network that swallows packets is waited for."""
    return {
        "tcp_user_timeout": int(seconds * 1000),
        "keepalives_idle": max(1, int(seconds)),
        "keepalives_interval": 1,
    }


def _sqlite_engine(url: str, timeout_seconds: float) -> Engine:
    database = make_url(url).database
    if database:
        with suppress(OSError):  # connecting says so, as it does of a server that is not there
            Path(database).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(
        url,
        hide_parameters=True,
        pool_timeout=timeout_seconds,
        # The driver begins no transaction of its own accord: `_begin` below says how.
        connect_args={"timeout": timeout_seconds, "isolation_level": None},
    )

    @event.listens_for(made, "connect")
    def _set_pragmas(connection: Any, _record: Any) -> None:
        _set_wal(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def _begin(connection: Any) -> None:
        # A transaction that reads first and writes later fails at once when another writer came
        # between; one that takes the write lock at its start waits its turn instead.
        reads_only = connection.get_execution_options().get(READS_ONLY, False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return made


def _set_wal(connection: Any) -> None:
    """Have readers and the writer not wait for each other: once, for the file as a whole.

    Two that open a new file at once are told that it is busy, whatever the timeout says.
    """
    for wait in (0.05, 0.1, 0.2, 0.4, 0.8, None):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if wait is None:
                raise
            sleep(wait)


@contextmanager
def transaction(
    on: Engine | None = None, *, answer_within: float | None = None
) -> Iterator[Session]:
    """Open one transaction that writes; it commits at the end of the block, or not at all.

    Args:
        on: an engine of its own; without it, the process's.
        answer_within: how long to wait for one's turn to write where a sender waits for the
            answer, in seconds. Without it, those come first.

    Raises:
        DatabaseAwayError: the database could not be reached, was busy, or broke off.
        DatabaseRefusedError: it refused a statement.
    """
    with (
        _turn(on or engine(), answer_within),
        _without_rows_in_errors(),
        Session(on or engine(), expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


def _turn(on: Engine, answer_within: float | None) -> AbstractContextManager[None]:
    if answer_within is not None:
        return turn(on, answer_within)
    return turn(on, settings().database_timeout_seconds, PATIENT)


@contextmanager
def reading(on: Engine | None = None) -> Iterator[Session]:
    """Open one session that only reads, and holds up no writer.

    Args:
        on: an engine of its own; without it, the process's.

    Raises:
        DatabaseAwayError: the database could not be reached, was busy, or broke off.
        DatabaseRefusedError: it refused a statement.
    """
    with (
        _without_rows_in_errors(),
        (on or engine()).connect().execution_options(**{READS_ONLY: True}) as connection,
        Session(connection, expire_on_commit=False) as session,
    ):
        yield session


@contextmanager
def outside_transactions(on: Engine) -> Iterator[Connection]:
    """Connect so that each statement is a transaction of its own.

    Args:
        on: the engine.

    Raises:
        DatabaseAwayError: the database could not be reached, or is busy.
        DatabaseRefusedError: it refused a statement.
    """
    with (
        _without_rows_in_errors(),
        on.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        yield connection


def has_table(session: Session, table: str) -> bool:
    """Say whether a table is there; that of a user's entity may still wait for its migration."""
    return inspect(session.connection()).has_table(table)


@contextmanager
def _without_rows_in_errors() -> Iterator[None]:
    """Raise what the database says of a block as one of our errors, without the data."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        kind = DatabaseAwayError if is_transient(error) else DatabaseRefusedError
        raise kind(_without_rows(error)) from None


def is_transient(error: Exception) -> bool:
    """Say whether the same statement may succeed later: connection lost, busy, deadlock."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if getattr(getattr(error, "orig", None), "sqlite_errorname", None) == "SQLITE_ERROR":
        return False  # wrong SQL, such as a table that is not there
    return isinstance(error, (OperationalError, InterfaceError, PoolTimeoutError))


def breaks_a_rule(error: DBAPIError) -> bool:
    """Say whether a row broke a rule of the database: its values are wrong, not the statement."""
    raised_by_trigger = (getattr(error.orig, "sqlstate", None) or "").startswith("P0")
    return isinstance(error, (IntegrityError, DataError)) or raised_by_trigger


def _without_rows(error: Exception) -> str:
    """Describe an error by its class and SQLSTATE; a driver's own text may quote a row."""
    origin = getattr(error, "orig", None) or error
    state = getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None)
    return f"{type(origin).__name__}{f' ({state})' if state else ''}"
