"""What remains of a run that is killed, or loses its database, in the middle of a batch."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import text

from flows.serving import BIN
from models.database import engine
from models.webhook import Status
from tests.processes import running
from tests.stack import Stack
from tests.webhooks import FORM, records, set_stuck_limit, statuses, store

MANY = 6000
"""So many that a process which looks, and kills, comes while they are under way."""


def test_a_run_killed_in_its_batch_leaves_each_webhook_with_one_record(
    stack: Stack, database: str, tmp_path: Path
) -> None:
    ids = store(*[FORM] * MANY)
    log = tmp_path / "log"
    with stack.calling(f"create_entities(batch_size={MANY})", database, log) as process:
        _wait_until(lambda: statuses()[Status.DONE] > 0)
        process.kill()
    left = statuses()
    assert left[Status.DONE] > 0 and left[Status.PROCESSING] > 0, "it was not in the middle"
    assert left[Status.NEW] == 0

    set_stuck_limit(timedelta(seconds=1))
    twice = f"create_entities(); create_entities(batch_size={MANY})"  # put back, then claimed
    with stack.calling(twice, database, log) as process:
        assert process.wait(300) == 0, log.read_text()
    assert statuses() == {Status.DONE: MANY}
    assert records() == dict.fromkeys(ids, 1)


def _wait_until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 180
    while not holds():
        assert monotonic() < end
        sleep(0.01)


def test_watching_goes_on_where_the_database_broke_off_between_claim_and_record(
    stack: Stack, postgres_database: str, tmp_path: Path
) -> None:
    impatient = f"{postgres_database}&options=-c%20lock_timeout%3D300"
    (webhook_id,) = store(FORM)
    log = tmp_path / "log"
    with stack.calling("create_entities(watch_seconds=8)", impatient, log) as process:
        with engine().begin() as other:
            other.execute(text("LOCK TABLE webhook_entity IN ACCESS EXCLUSIVE MODE"))
            _wait_until(lambda: "LockNotAvailable" in log.read_text())
        assert process.wait(300) == 0
    output = log.read_text()
    assert "1 webhook: 1 done" in output
    assert records() == {webhook_id: 1}
    assert "ada@example.com" not in output


@pytest.mark.prove
def test_a_run_that_watches_outlives_an_outage_and_says_that_there_was_one(
    stack: Stack, postgres_database: str, tmp_path: Path
) -> None:
    impatient = f"{postgres_database}&options=-c%20lock_timeout%3D300"
    log = tmp_path / "log"
    with stack.calling("create_entities(watch_seconds=90)", impatient, log) as process:
        with engine().begin() as other:
            other.execute(text("LOCK TABLE webhook IN ACCESS EXCLUSIVE MODE"))
            _wait_until(lambda: "Finished in state Failed" in log.read_text())  # all retries
        (webhook_id,) = store(FORM)
        _wait_until(lambda: records() == {webhook_id: 1})
        assert process.poll() is None
        process.wait(300)
    assert "1 webhook: 1 done; failed: a round, for the database was away" in log.read_text()


@pytest.mark.parametrize("born", ["", "trap '' INT; "], ids=["by hand", "by a script"])
def test_a_run_that_is_told_to_end_gives_back_what_it_has_in_hand(
    born: str, stack: Stack, postgres_database: str, tmp_path: Path
) -> None:
    ids = store(*[FORM] * MANY)
    call = f"from flows.create_entities import create_entities; create_entities({MANY})"
    environment = {**stack.environment, "HOOKLINE_DATABASE_URL": postgres_database}
    script = f'{born}exec {BIN}/python -c "{call}"'
    with running("bash", "-c", script, env=environment, log=tmp_path / "log") as process:
        _wait_until(lambda: statuses()[Status.DONE] > 0)
        process.terminate()
        process.wait(10)
    left = statuses()
    assert left[Status.DONE] > 0 and left[Status.NEW] > 0, "it was not in the middle"
    assert left[Status.DONE] + left[Status.NEW] == MANY
    assert set(records().values()) == {1} and set(records()) < set(ids)
