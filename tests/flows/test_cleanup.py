"""The flow cleanup, run on a real Prefect server, on both databases."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic, sleep
from typing import Any, cast
from uuid import UUID

import pytest
from prefect import State
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from prefect.settings import PREFECT_API_URL, temporary_settings
from sqlalchemy import func
from sqlmodel import select

from flows.cleanup import cleanup
from models.database import reading, transaction
from models.identity import new_id, utc_now
from models.settings import ROOT
from models.webhook import Status, WebhookParseError, WebhookRecord, WebhookStatus
from tests.prefect_process import PrefectServer, prefect_server
from tests.stored import statuses, store

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("database")]

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    with prefect_server(tmp_path_factory.mktemp("cleanup")) as started:
        yield started
        # What this process has still to tell the server, it tells while there is one.
        EventsWorker.drain_all()
        APILogWorker.drain_all()


def clean(server: PrefectServer, **parameters: Any) -> State[None]:
    with temporary_settings({PREFECT_API_URL: server.api_url}):
        return cast(State[None], cleanup(**parameters, return_state=True))


def tables(server: PrefectServer, state: State[None]) -> list[str]:
    of_run = {"artifacts": {"flow_run_id": {"any_": [str(state.state_details.flow_run_id)]}}}
    return [artifact["data"] for artifact in server.ask("POST", "/artifacts/filter", of_run)]


def age(status: str, days: int, count: int = 1, **more: Any) -> list[UUID]:
    return store(status, [days * DAY] * count, now=utc_now(), **more)


def test_a_cleanup_deletes_what_is_old_and_counts_it_by_status_and_source(
    server: PrefectServer,
) -> None:
    age("Done", 31, 3, source="forms")
    age("Failed", 91, 2, source="shop", errors=1)
    kept = [*age("Done", 29), *age("Failed", 89), *age("New", 89), *age("Processing", 900)]
    state = clean(server)
    assert state.message == "Deleted 5 webhooks: 3 Done, 2 Failed"
    (table,) = tables(server, state)
    assert '{"status": "Done", "source": "forms", "webhooks": "3"}' in table
    assert set(statuses()) == set(kept)
    assert clean(server).message == (
        "No webhook has stayed in its status for longer than its period"
    )


def test_a_dry_run_shows_what_would_go_and_deletes_nothing(server: PrefectServer) -> None:
    age("Done", 31, 3, source="forms")
    age("New", 91, 2, source="shop")
    state = clean(server, dry_run=True)
    assert state.message == "Would delete 5 webhooks: 3 Done, 2 New"
    (table,) = tables(server, state)
    assert '{"status": "New", "source": "shop", "webhooks": "2"}' in table
    assert len(statuses()) == 5


def test_a_period_that_a_user_sets_is_the_one_that_counts(server: PrefectServer) -> None:
    age("Done", 2, 3)
    _set_period("Done", DAY)
    assert clean(server).message == "Deleted 3 webhooks: 3 Done"


def test_a_period_that_is_none_deletes_nothing_and_says_so(server: PrefectServer) -> None:
    age("Done", 31)
    _set_period("New", timedelta(0))
    state = clean(server)
    assert state.is_failed()
    assert "period of New in the lookup webhook_status is 0 seconds" in str(state.message)
    assert len(statuses()) == 1


@pytest.mark.parametrize("batch_size", [0, -1, 10_001, "many"])
def test_a_batch_size_that_is_none_is_refused(server: PrefectServer, batch_size: object) -> None:
    age("Done", 31)
    state = clean(server, batch_size=batch_size)
    assert state.is_failed()
    assert "batch_size" in str(state.message)
    assert len(statuses()) == 1


def test_a_cleanup_that_is_killed_goes_on_where_it_was(server: PrefectServer) -> None:
    old = age("Done", 31, 1000, errors=1) + age("Failed", 91, 1000, errors=1)
    kept = age("Done", 29, 100, errors=1)
    with transaction() as session:
        session.add_all(
            WebhookRecord(webhook_id=webhook_id, entity="Lead", record_id=new_id())
            for webhook_id in old
        )
    _kill_when_some_are_gone(server, of=len(old) + len(kept))
    left = set(statuses())
    assert set(kept) < left < {*kept, *old}
    assert _count(WebhookParseError) == len(left)

    assert str(clean(server).message).startswith(f"Deleted {len(left) - len(kept)} webhooks")
    assert set(statuses()) == set(kept)
    assert (_count(WebhookParseError), _count(WebhookRecord)) == (len(kept), len(old))


def _kill_when_some_are_gone(server: PrefectServer, of: int) -> None:
    small_batches = "from flows.cleanup import cleanup; cleanup(batch_size=10)"
    running = subprocess.Popen(
        [sys.executable, "-c", small_batches],
        cwd=ROOT,
        env=os.environ | {"PREFECT_API_URL": server.api_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = monotonic() + 180
    while len(statuses()) == of and monotonic() < end:
        sleep(0.05)
    running.send_signal(signal.SIGKILL)
    assert running.wait(timeout=60) == -signal.SIGKILL


def _count(table: type[Any]) -> int:
    with reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def _set_period(status: str, period: timedelta) -> None:
    with transaction() as session:
        lookup = session.exec(select(WebhookStatus).where(WebhookStatus.name == Status(status)))
        lookup.one().period_seconds = int(period.total_seconds())
