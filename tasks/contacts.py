"""Tasks on contacts: build missing clues, search and create."""

from contextlib import suppress
from uuid import UUID

from prefect import task
from prefect.runtime import task_run

from models.database import DatabaseAwayError, reading, transaction
from models.entities import entities_of_people
from models.following.leaving import left_behind
from models.identity import utc_now
from models.matching.indexing import index_contacts
from models.matching.rules import Decision
from models.matching.search import search_and_create_contacts, waiting_records
from tasks.retries import DATABASE_TASK
from tasks.running import run_id

INDEXED_AT_ONCE = 1000
LEFT_BEHIND_AT_ONCE = 1000


@task(**DATABASE_TASK)
def build_missing_clues() -> int:
    """Build the clues of contacts that have none for today's settings, and count them."""
    count = 0
    while indexed := _index_some():
        count += indexed
    return count


def _index_some() -> int:
    with transaction() as session:
        return index_contacts(session, INDEXED_AT_ONCE, utc_now())


@task(**DATABASE_TASK)
def find_waiting_records(entity: str, limit: int) -> list[UUID]:
    """Return the ids of records of an entity that wait for their contact, the oldest first."""
    with reading() as session:
        return waiting_records(session, entities_of_people()[entity], limit, utc_now())


def some_are_left_behind() -> bool:
    """Say whether records wait that no run comes to any more, of whatever run; no task run.

    Where the database is away it says so, too: the task that looks is what retries.
    """
    with suppress(DatabaseAwayError), reading() as session:
        return bool(left_behind(session, [], 1, utc_now()))
    return True


@task(**DATABASE_TASK)
def find_left_behind(ended: list[UUID]) -> dict[str, list[UUID]]:
    """Return the records that no run comes to any more, by entity; these runs are over."""
    with reading() as session:
        return left_behind(session, ended, LEFT_BEHIND_AT_ONCE, utc_now())


def _name_with_count() -> str:
    parameters = task_run.parameters
    return f"search-and-create for {len(parameters['record_ids'])} of {parameters['entity']}"


@task(task_run_name=_name_with_count, **DATABASE_TASK)
def search_and_create(entity: str, record_ids: list[UUID]) -> list[Decision]:
    """Tie records of an entity to their contacts, found or made: one transaction for all."""
    with transaction() as session:
        return search_and_create_contacts(
            session, entities_of_people()[entity], record_ids, utc_now(), run_id()
        )
