"""Taking turns at SQLite's one writer: who waits for it by itself looks at growing intervals.

Two receiving processes so waited for each other for up to half a second, where a commit takes a few
milliseconds. A file beside the database says whose turn it is; the system gives the turn back of a
process that is killed.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from sqlalchemy import Engine

LOOK_EVERY_SECONDS = 0.0005


@contextmanager
def turn(on: Engine, seconds: float) -> Iterator[None]:
    """Wait for one's turn to write, where the database has one writer, and then keep it.

    After a time it goes on all the same: it is SQLite that keeps writers apart, not the turn.

    Args:
        on: the engine that is about to write.
        seconds: how long to wait.
    """
    database = on.url.database
    if on.dialect.name != "sqlite" or not database:
        yield
        return
    try:
        file = open(f"{database}-turn", "ab")  # noqa: SIM115  closed below
    except OSError:  # a full disk, say: SQLite is asked all the same
        yield
        return
    with file:  # closing it gives the turn back
        end = monotonic() + seconds
        while not _is_mine(file.fileno()) and monotonic() < end:
            sleep(LOOK_EVERY_SECONDS)
        yield


def _is_mine(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
