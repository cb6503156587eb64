"""Tasks on contacts: build missing clues, search and create."""

from collections.abc import Sequence
from uuid import UUID

from prefect import task
from prefect.runtime import task_run

from models.database import reading, transaction
from models.entities import entities_of_people
from models.following.leaving import left_behind
from models.identity import utc_now
from models.matching.indexing import index_contacts, some_lack_clues
from models.matching.rules import Decision
from models.matching.saving import decisions_of
from models.matching.search import search_and_create_contacts, some_wait, waiting_records
from tasks.asking import may_be
from tasks.retries import DATABASE_TASK
from tasks.running import run_id

SEARCHED_AT_ONCE = 500
"""Records in one transaction: what else writes waits for its end."""
INDEXED_AT_ONCE = 1000
LEFT_BEHIND_AT_ONCE = 1000


def clues_are_missing() -> bool:
    """Say whether contacts have no clues for today's settings; no task run."""
    return may_be(some_lack_clues)


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


def some_wait_for_contact(entity: str, record_ids: Sequence[UUID]) -> bool:
    """Say whether any of these records waits for its contact; no task run."""
    return may_be(lambda session: some_wait(session, entities_of_people()[entity], record_ids))


def some_are_left_behind() -> bool:
    """Say whether records wait that no run comes to any more, of whatever run; no task run."""
    return may_be(lambda session: bool(left_behind(session, [], 1, utc_now())))


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
    """Tie records of an entity to their contacts, found or made.

    Tried again, it tells of those that it was through with.
    """
    decisions: list[Decision] = []
    for start in range(0, len(record_ids), SEARCHED_AT_ONCE):
        with transaction() as session:
            decisions += search_and_create_contacts(
                session,
                entities_of_people()[entity],
                record_ids[start : start + SEARCHED_AT_ONCE],
                utc_now(),
                run_id(),
            )
    return decisions + _decided_before(
        set(record_ids).difference(each.record_id for each in decisions)
    )


def _decided_before(passed_over: set[UUID]) -> list[Decision]:
    """Return what this run has decided on records when it was tried before."""
    if not passed_over or not (this_run := run_id()):
        return []
    with reading() as session:
        return decisions_of(session, passed_over, this_run)
