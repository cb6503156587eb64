"""Tasks on webhooks: claim them, put back what got stuck, create their records."""

from uuid import UUID

from prefect import task
from prefect.runtime import task_run

from models.database import reading, transaction
from models.identity import utc_now
from models.processing.claiming import (
    claim,
    give_up_stuck,
    portions,
    put_back_stuck,
    some_are_new,
    some_are_stuck,
)
from models.processing.outcome import Outcome
from models.processing.periods import periods
from models.processing.recording import draft_claimed, save_drafted
from models.settings import settings
from tasks.asking import may_be
from tasks.contacts import build_missing_clues, clues_are_missing
from tasks.retries import DATABASE_TASK
from tasks.running import run_id


@task(**DATABASE_TASK)
def claim_webhooks(batch_size: int) -> list[UUID]:
    """Set the oldest New webhooks to Processing, and return their ids."""
    with transaction() as session:
        periods(session)  # a period that is wrong is said before anything is claimed
        return claim(session, batch_size, utc_now(), run_id())


def webhooks_wait(at_least: int) -> bool:
    """Say whether so many webhooks are New, or any is stuck; two looks at indexes, no task run."""
    return may_be(
        lambda session: some_are_new(session, at_least) or some_are_stuck(session, utc_now())
    )


def webhooks_are_stuck() -> bool:
    """Say whether any webhook stayed in Processing for too long; no task run."""
    return may_be(lambda session: some_are_stuck(session, utc_now()))


@task(**DATABASE_TASK)
def put_back_stuck_webhooks() -> list[Outcome]:
    """Set webhooks that stayed in Processing for too long back to New.

    It returns those that had their last attempt, and are Failed now.
    """
    now = utc_now()
    with transaction() as session:
        given_up = give_up_stuck(session, now, settings().most_attempts)
        put_back_stuck(session, now)
    return given_up


def _name_with_count() -> str:
    return f"create-entity of {len(task_run.parameters['webhook_ids'])} webhooks"


@task(task_run_name=_name_with_count, **DATABASE_TASK)
def create_entity(webhook_ids: list[UUID]) -> list[Outcome]:
    """Create the records of a chunk of claimed webhooks: the description's *Create entity*.

    Tried again, it tells of those that it was through with, and makes no record twice.
    """
    if clues_are_missing():
        build_missing_clues.fn()
    with reading() as session:
        cut = portions(session, webhook_ids)
    outcomes: list[Outcome] = []
    for portion in cut:
        with reading() as session:
            drafted = draft_claimed(session, portion)
        with transaction() as session:
            outcomes += save_drafted(session, portion, drafted, utc_now(), run_id())
    return outcomes
