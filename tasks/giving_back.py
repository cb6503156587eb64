"""Tasks on what runs have in hand that are over: it goes back, for the next run to take it up."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import UUID

from prefect import task
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import TERMINAL_STATES

from models.database import (
    DatabaseAwayError,
    DatabaseRefusedError,
    bounded_engine,
    reading,
    transaction,
)
from models.following.leaving import let_go, runs_with_records
from models.identity import utc_now
from models.processing.giving_back import give_back, holders
from tasks.retries import DATABASE_TASK
from tasks.running import run_id

END_SECONDS = 2.0
"""How long the database may take to hear that a run is over, of the ten that it has to end."""
IN_HAND_FOR = timedelta(seconds=15)
"""A run that is alive is mostly through with what it has in hand by then."""
MOST_RUNS = 200
"""Runs that are asked for at a time: as many as Prefect answers with."""


@contextmanager
def giving_back() -> Iterator[None]:
    """Give back what this run has claimed where it is told to end, or fails, in the middle.

    Where the database does not hear of it, a later run gives it back.
    """
    try:
        yield
    except BaseException:
        if this_run := run_id():
            with (
                suppress(DatabaseAwayError, DatabaseRefusedError),
                transaction(bounded_engine(END_SECONDS)) as session,
            ):
                give_back(session, [this_run], utc_now(), blameless=True)
        raise


def runs_that_left_something() -> list[UUID]:
    """Return the runs that have had webhooks in hand for a while, or have records that wait.

    Some of them may be over. This run has nothing in hand when it asks, so that what it has was
    left by a round that broke off. It is a few looks at indexes, and no task run.
    """
    before = utc_now() - IN_HAND_FOR
    with suppress(DatabaseAwayError), reading() as session:
        runs = {*holders(session, before), *runs_with_records(session, before, MOST_RUNS)}
        return sorted(runs)[:MOST_RUNS]
    return []


@task(**DATABASE_TASK)
def give_back_of_ended_runs(run_ids: list[UUID]) -> list[UUID]:
    """Give back what those of these runs had in hand that are over, and return which they are.

    This run is among them where a round of its own broke off.
    """
    own = [each for each in run_ids if each == run_id()]
    others = _ended([each for each in run_ids if each not in own])
    with transaction() as session:
        give_back(session, own, utc_now(), blameless=True)
        give_back(session, others, utc_now(), blameless=False)
        let_go(session, [*own, *others])
    return [*own, *others]


def _ended(run_ids: list[UUID]) -> list[UUID]:
    with get_client(sync_client=True) as client:
        theirs = FlowRunFilter(id=FlowRunFilterId(any_=run_ids))
        runs = client.read_flow_runs(flow_run_filter=theirs)
    return [run.id for run in runs if run.state_type in TERMINAL_STATES]
