"""How those who watch for webhooks learn that some came, without asking for them all the time.

On PostgreSQL the receiver wakes them. On SQLite they see that the file has changed. Either way they
look themselves now and then, so that a call that was lost, or that a pooler between here and the
server does not pass on, costs two seconds and no webhook.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from select import select
from time import monotonic, sleep
from typing import Any

import psycopg
from sqlalchemy import Engine, text

from models.database import DatabaseAwayError, engine, outside_transactions

CHANNEL = "hookline_webhook"
WAKE_EVERY_SECONDS = 1.0
"""How often a process of the receiver wakes them, at most."""
AWAKE_SECONDS = 2.0
"""How long who has found webhooks goes on looking for more at short intervals."""
SEE_EVERY_SECONDS = 0.25
"""How often SQLite is asked whether it has changed: a read of shared memory, and no query.

Ten times a second, that was most of what a run costs that has nothing to do."""

Wait = Callable[[float], None]
"""Waits until webhooks may have come, but not longer than so many seconds."""


def wake_watchers(on: Engine) -> None:
    """Wake those who watch, after webhooks were committed.

    It is a transaction of its own. PostgreSQL lets only one that tells something commit at a time,
    and those with webhooks in them wait for the disk.

    Raises:
        DatabaseAwayError: the database could not be reached.
    """
    if on.dialect.name == "postgresql":
        with outside_transactions(on) as connection:
            connection.execute(text(f"NOTIFY {CHANNEL}"))


@contextmanager
def watching() -> Iterator[Wait]:
    """Yield what waits for webhooks, while a connection is held for it.

    Raises:
        DatabaseAwayError: the connection could not be made, or broke off while waiting.
    """
    with outside_transactions(engine()) as connection:
        driver: Any = connection.connection.driver_connection
        connection.detach()  # it is not to go back among those that listen to nothing
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"LISTEN {CHANNEL}"))
            yield lambda seconds: _wait_for_call(driver, seconds)
        else:
            yield _Change(driver).wait


def _wait_for_call(driver: "psycopg.Connection[Any]", seconds: float) -> None:
    """Wait at the socket: psycopg, told to wait, looks up ten times a second."""
    try:
        if not list(driver.notifies(timeout=0)):
            select([driver], [], [], seconds)
            list(driver.notifies(timeout=0))
    except psycopg.Error as error:
        raise DatabaseAwayError(type(error).__name__) from None


class _Change:
    """Whether another connection has committed something to a file of SQLite."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._seen = self._version()

    def wait(self, seconds: float) -> None:
        end = monotonic() + seconds
        while (version := self._version()) == self._seen and (left := end - monotonic()) > 0:
            sleep(min(SEE_EVERY_SECONDS, left))
        self._seen = version

    def _version(self) -> int:
        (version,) = self._driver.execute("PRAGMA data_version").fetchone()
        return int(version)
