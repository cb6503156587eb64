"""Tasks on webhooks that have stayed in their status for too long: find the deadlines, delete."""

from collections import Counter
from datetime import datetime
from time import monotonic, sleep

from prefect import task

from models.admitting.counting import forget_refusals
from models.admitting.repeats import forget_events
from models.database import DatabaseAwayError, reading, transaction
from models.identity import utc_now
from models.processing.pacing import FIRST_ROWS, next_size, pause_after
from models.processing.periods import periods
from models.processing.retention import Batch, Counts, count_old, deadlines, delete_oldest
from tasks.retries import DATABASE_TASK

STRETCH_SECONDS = 20
"""A task run goes on for so long: one a batch would fill Prefect's database."""


@task(**DATABASE_TASK)
def find_deadlines() -> dict[str, datetime]:
    """Return the moment before which a webhook must have come to its status to go, by status."""
    with reading() as session:
        return deadlines(periods(session), utc_now())


@task(**DATABASE_TASK)
def count_old_webhooks(before: dict[str, datetime]) -> Counts:
    """Count what a cleanup would delete, by status and source."""
    with reading() as session:
        return Counter(
            {
                (status, source): count
                for status, moment in before.items()
                for source, count in count_old(session, status, moment).items()
            }
        )


@task(**DATABASE_TASK)
def delete_old_webhooks(status: str, before: datetime, batch_size: int) -> Counts:
    """Delete old webhooks of a status for a stretch of time, and count them by source.

    Each batch is a short transaction, and a pause follows it. It returns nothing where none is
    left.
    """
    end = monotonic() + STRETCH_SECONDS
    gone: Counts = Counter()
    size, reached = min(FIRST_ROWS, batch_size), None
    while monotonic() < end:
        began = monotonic()
        try:
            batch, worked = _delete(status, before, size, reached)
        except DatabaseAwayError:
            if not gone:
                raise
            break  # what is gone is counted; the next task run meets the same error first
        if batch is None:
            break
        gone.update({(status, source): count for source, count in batch.by_source.items()})
        size, reached = next_size(size, worked, batch_size), batch.reached
        sleep(pause_after(monotonic() - began))
    return gone


@task(**DATABASE_TASK)
def forget_what_was_refused(batch_size: int) -> int:
    """Delete events whose repeats are over, for a stretch of time, and old counts of refusals.

    It returns how many events went: nothing where none is left.
    """
    end, now, gone = monotonic() + STRETCH_SECONDS, utc_now(), 0
    with transaction() as session:
        forget_refusals(session, now)
    while monotonic() < end:
        began = monotonic()
        with transaction() as session:
            forgotten = forget_events(session, now, batch_size)
        gone += forgotten
        if forgotten < batch_size:
            break
        sleep(pause_after(monotonic() - began))
    return gone


def _delete(
    status: str, before: datetime, size: int, reached: datetime | None
) -> tuple[Batch | None, float]:
    """Delete one batch, and return with it how long the database worked on it."""
    with transaction() as session:
        session.connection()  # whatever it waits for is over before the clock is started
        began = monotonic()
        return delete_oldest(session, status, before, size, reached), monotonic() - began
