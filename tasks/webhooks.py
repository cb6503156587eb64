"""Tasks on webhooks: claim them, put back what got stuck, create their records."""

from contextlib import suppress
from time import monotonic, sleep
from uuid import UUID

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run, task_run

from models.claiming import claim, put_back_stuck, some_are_new
from models.database import DatabaseAwayError, reading, transaction
from models.identity import utc_now
from models.outcome import Outcome, sentence
from models.recording import create_records
from tasks.retries import DATABASE_TASK

TRICKLE = 50
"""A round of watching takes fewer than this; where as many wait, they are a batch."""

LOOK_EVERY_SECONDS = 0.2
SAY_EVERY_SECONDS = 2


@task(**DATABASE_TASK)
def claim_webhooks(batch_size: int) -> list[UUID]:
    """Set the oldest New webhooks to Processing, and return their ids."""
    with transaction() as session:
        return claim(session, batch_size, utc_now())


@task(**DATABASE_TASK)
def put_back_stuck_webhooks() -> int:
    """Set webhooks that stayed in Processing for too long back to New, and count them."""
    with transaction() as session:
        return put_back_stuck(session, utc_now())


def _name_with_count() -> str:
    return f"create-entity of {len(task_run.parameters['webhook_ids'])} webhooks"


@task(task_run_name=_name_with_count, **DATABASE_TASK)
def create_entity(webhook_ids: list[UUID]) -> list[Outcome]:
    """Create the records of a chunk of claimed webhooks: the description's *Create entity*."""
    with transaction() as session:
        return create_records(session, webhook_ids, utc_now(), _run_id())


@task(cache_policy=NO_CACHE)
def watch_for_webhooks(seconds: float) -> list[Outcome]:
    """Create the records of webhooks as they trickle in, until the time is over or many wait.

    One task run goes round and round, since a task run a webhook would fill Prefect's database.
    It ends early, with what it made, where the database is away: the claim that a flow makes next
    is what retries.
    """
    end = monotonic() + seconds
    outcomes: list[Outcome] = []
    say = _Saying()
    with suppress(DatabaseAwayError):
        while monotonic() < end:
            if not (claimed := _claim_trickle()):
                say.what_is_new(outcomes)
                sleep(LOOK_EVERY_SECONDS)
                continue
            outcomes += _create(claimed)
            if len(claimed) == TRICKLE - 1:
                break
    return outcomes


def _claim_trickle() -> list[UUID]:
    with reading() as session:
        waiting = some_are_new(session)
    return claim_webhooks.fn(TRICKLE - 1) if waiting else []


def _create(claimed: list[UUID]) -> list[Outcome]:
    """Create records as a plain call, and as a task run that retries where the database broke off.

    Without the second, what was claimed would wait in Processing for its whole period.
    """
    try:
        return create_entity.fn(claimed)
    except DatabaseAwayError:
        return create_entity(claimed)


class _Saying:
    """Tells the run's log how it goes, now and then rather than for each round."""

    def __init__(self) -> None:
        self.said = 0
        self.at = monotonic()

    def what_is_new(self, outcomes: list[Outcome]) -> None:
        if len(outcomes) > self.said and monotonic() - self.at >= SAY_EVERY_SECONDS:
            get_run_logger().info(sentence(outcomes[self.said :]))
            self.said, self.at = len(outcomes), monotonic()


def _run_id() -> UUID | None:
    return UUID(flow_run.id) if flow_run.id else None
