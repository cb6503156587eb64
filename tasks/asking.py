"""Questions to the database that cost no task run."""

from collections.abc import Callable
from contextlib import suppress

from sqlmodel import Session

from models.database import DatabaseAwayError, reading
from models.processing.periods import PeriodError


def may_be(question: Callable[[Session], bool]) -> bool:
    """Ask whether there is something to do.

    Where the database is away or a period is wrong, there may be: the task that does it says why,
    and is what retries.
    """
    with suppress(DatabaseAwayError, PeriodError), reading() as session:
        return question(session)
    return True
