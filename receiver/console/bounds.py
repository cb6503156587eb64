"""How long a page may read: a page that takes too long must not hold up webhooks."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask.typing import ResponseReturnValue
from sqlmodel import Session
from werkzeug.exceptions import ServiceUnavailable

from models.database import DatabaseAwayError, bounded_engine, reading
from receiver.console.blueprint import blueprint
from receiver.console.words import page_of

LONGEST_SECONDS = 15
CANCELED = "57014"
"""PostgreSQL's SQLSTATE for a statement that ran longer than it may."""


@contextmanager
def looking() -> Iterator[Session]:
    """Open a session that reads, each statement for a bounded time.

    Raises:
        DatabaseAwayError: the database cannot be reached, or a statement took too long.
    """
    with reading(bounded_engine(LONGEST_SECONDS)) as session:
        yield session


@blueprint.errorhandler(DatabaseAwayError)
def _database_away(error: DatabaseAwayError) -> ResponseReturnValue:
    if CANCELED in str(error):
        words = (
            f"Reading this took longer than {LONGEST_SECONDS} seconds. Choose less: a status, a "
            "source, or a shorter time."
        )
    else:
        words = f"The database cannot be reached ({error}). Try again in a moment."
    return page_of(ServiceUnavailable(words))
