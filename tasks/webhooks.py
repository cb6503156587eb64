"""Tasks on webhooks: claim them, put back what got stuck, create their records."""

from time import monotonic, sleep
from uuid import UUID

from prefect import get_run_logger, task
from prefect.runtime import task_run

from models.claiming import claim, give_up_stuck, put_back_stuck, some_are_new
from models.database import reading, transaction
from models.entities import entities_of_people
from models.identity import utc_now
from models.outcome import Outcome, records_by_entity, sentence
from models.recording import create_records
from models.settings import settings
from tasks.contacts import build_missing_clues, search_and_create
from tasks.retries import DATABASE_TASK
from tasks.running import run_id

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
    """Create the records of a chunk of claimed webhooks: the description's *Create entity*."""
    build_missing_clues.fn()
    with transaction() as session:
        return create_records(session, webhook_ids, utc_now(), run_id())


@task(**DATABASE_TASK)
def watch_for_webhooks(seconds: float) -> list[Outcome]:
    """Create the records of webhooks as they trickle in, until the time is over or many wait.

    Their contacts are searched for at once. One task run goes round and round, since a task run a
    webhook would fill Prefect's database.
    """
    end = monotonic() + seconds
    outcomes: list[Outcome] = []
    say = _Saying()
    while monotonic() < end:
        with reading() as session:
            waiting = some_are_new(session)
        if not waiting:
            say.what_is_new(outcomes)
            sleep(LOOK_EVERY_SECONDS)
            continue
        claimed = claim_webhooks.fn(TRICKLE - 1)
        outcomes += (created := create_entity.fn(claimed))
        _search_contacts_of(created)
        if len(claimed) == TRICKLE - 1:
            break
    return outcomes


def _search_contacts_of(outcomes: list[Outcome]) -> None:
    build_missing_clues.fn()
    for entity, record_ids in records_by_entity(outcomes).items():
        if entity in entities_of_people():
            search_and_create.fn(entity, record_ids)


class _Saying:
    """Tells the run's log how it goes, now and then rather than for each round."""

    def __init__(self) -> None:
        self.said = 0
        self.at = monotonic()

    def what_is_new(self, outcomes: list[Outcome]) -> None:
        if len(outcomes) > self.said and monotonic() - self.at >= SAY_EVERY_SECONDS:
            get_run_logger().info(sentence(outcomes[self.said :]))
            self.said, self.at = len(outcomes), monotonic()
