"""Taking turns at SQLite's one writer: who waits for it by itself looks at growing intervals.

Whoever comes again at once then wins over those who sleep: while two processes drained a backlog,
half of the senders waited for their answer for more than a second. Two files beside the database
say whose turn it is, and who is next; the system gives both back of a process that is killed.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import BinaryIO

from sqlalchemy import Engine

SOON = 0.0005
"""How often who is next looks for the turn, and who has a sender waiting to be next, in seconds."""
PATIENT = 0.005
"""How often those look that may wait: a tenth as often, and so they are next more seldom."""


@contextmanager
def turn(on: Engine, seconds: float, look_every: float = SOON) -> Iterator[None]:
    """Wait for one's turn to write, where the database has one writer, and then keep it.

    Only who is next waits for the turn, so that nobody has two in a row while others wait. After
    a time it goes on all the same: it is SQLite that keeps writers apart, not the turn.

    Args:
        on: the engine that is about to write.
        seconds: how long to wait.
        look_every: how often to look whether it can be next, in seconds.
    """
    database = on.url.database
    if on.dialect.name != "sqlite" or not database:
        yield
        return
    try:
        mine = open(f"{database}-turn", "ab")  # noqa: SIM115  closed below
    except OSError:  # a full disk, say: SQLite is asked all the same
        yield
        return
    with mine:  # closing it gives the turn back
        end = monotonic() + seconds
        with suppress(OSError), open(f"{database}-next", "ab") as next_one:
            _lock(next_one, end, look_every)
            _lock(mine, end, SOON)
        yield


def _lock(file: BinaryIO, end: float, look_every: float) -> None:
    while not _is_mine(file.fileno()) and monotonic() < end:
        sleep(look_every)


def _is_mine(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
