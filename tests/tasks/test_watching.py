"""Watching for webhooks that trickle in, as a plain function, on both databases."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import get_context
from time import monotonic, sleep
from uuid import UUID

import pytest
from prefect.logging import disable_run_logger
from sqlmodel import select

from models.database import reading, transaction
from models.identity import new_id, utc_now
from models.matching.rules import Rule
from models.processing.claiming import claim
from models.processing.recording import create_records
from models.webhook import Status, Webhook
from tasks.watching import (
    AT_IT_SECONDS,
    LEFT_TO_ANOTHER_SECONDS,
    TRICKLE,
    Claiming,
    watch_for_webhooks,
)
from tests.webhooks import FORM, statuses, store

pytestmark = pytest.mark.usefixtures("database")


def test_watching_takes_what_trickles_in_until_its_time_is_over() -> None:
    store(FORM, FORM, FORM)
    start = monotonic()
    trickle = watch_for_webhooks.fn(0.5)
    assert 0.5 <= monotonic() - start < 10
    assert [outcome.word for outcome in trickle.outcomes] == ["done"] * 3
    assert [decision.rule for _, decision in trickle.decisions] == [
        Rule.NEW,
        Rule.EMAIL,
        Rule.EMAIL,
    ]


def test_watching_ends_at_once_where_a_batch_waits() -> None:
    store(*[FORM] * (TRICKLE + 10))
    start = monotonic()
    assert len(watch_for_webhooks.fn(60).outcomes) == TRICKLE - 1
    assert monotonic() - start < 10
    assert statuses() == {Status.DONE: TRICKLE - 1, Status.NEW: 11}


def another_takes_one(ago: float = 0) -> None:
    """Have another run take the one webhook that is New, so many seconds ago."""
    now, run = utc_now() - timedelta(seconds=ago), new_id()
    with transaction() as session:
        create_records(session, claim(session, 1, now, run), now, run)


def test_a_webhook_is_left_for_a_moment_to_the_run_that_took_the_one_before() -> None:
    store(FORM)
    another_takes_one()
    store(FORM)
    claiming = Claiming()
    assert claiming.what_is_new() == []
    assert statuses()[Status.NEW] == 1
    sleep(LEFT_TO_ANOTHER_SECONDS)
    assert len(claiming.what_is_new()) == 1


def test_a_webhook_is_taken_at_once_where_the_other_run_took_none_for_a_minute() -> None:
    store(FORM)
    another_takes_one(ago=AT_IT_SECONDS + 1)
    store(FORM)
    assert len(Claiming().what_is_new()) == 1


def watch_as(run: str, seconds: float) -> None:
    """Watch as a flow run of this id would."""
    os.environ["PREFECT__FLOW_RUN_ID"] = run
    with disable_run_logger():
        watch_for_webhooks.fn(seconds)


@pytest.mark.prove  # who is slower than 0.3 s, as beside other tests, is taken for gone
def test_of_two_runs_that_watch_one_takes_nearly_all_and_the_other_once_it_is_gone() -> None:
    spawn = get_context("spawn")
    runs = [str(new_id()), str(new_id())]
    watchers = {run: spawn.Process(target=watch_as, args=(run, 90)) for run in runs}
    for watcher in watchers.values():
        watcher.start()
    try:
        _trickle_until(lambda: _taken().total() >= 10)
        sleep(2)  # both are up by now
        before = _taken()
        _trickle_until(lambda: (_taken() - before).total() >= 40)
        (most, count), *_ = (_taken() - before).most_common()
        assert count >= 30
        watchers[str(most)].kill()
        (other,) = {UUID(run) for run in runs} - {most}
        before = _taken()
        _trickle_until(lambda: (_taken() - before)[other] >= 5)
    finally:
        for watcher in watchers.values():
            watcher.kill()
            watcher.join()


def _trickle_until(enough: Callable[[], bool]) -> None:
    end = monotonic() + 60
    while not enough():
        assert monotonic() < end
        store(FORM)
        sleep(0.1)


def _taken() -> Counter[UUID | None]:
    """Count what each run has done."""
    with reading() as session:
        done = select(Webhook.flow_run_id).where(Webhook.status == Status.DONE)
        return Counter(session.exec(done))
