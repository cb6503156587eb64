"""A process that was switched off stays off, collects, and takes up its work once it is on."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from flows import serving
from models.database import transaction
from models.settings import ROOT, settings
from models.source import add_source
from receiver import create_app
from tests.prefect_process import PrefectServer, prefect_server
from tests.stored import statuses

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("sqlite_database")]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrefectServer]:
    looks_often = {"PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1"}
    with prefect_server(tmp_path / "home", **looks_often) as started:
        for name in ("HOOKLINE_HOME", "HOOKLINE_PREFECT_PORT"):
            monkeypatch.setenv(name, started.environment[name])
        settings.cache_clear()
        yield started


def deployment(server: PrefectServer) -> Any:
    return server.ask("GET", "/deployments/name/create-entities/create-entities")


def switch(server: PrefectServer, on: bool) -> None:
    """Switch the schedule on or off, with the request that Prefect's page sends."""
    found = deployment(server)
    (schedule,) = found["schedules"]
    path = f"/deployments/{found['id']}/schedules/{schedule['id']}"
    server.ask("PATCH", path, {"active": on})
    for run in runs(server) if not on else []:
        server.ask("DELETE", f"/flow_runs/{run['id']}")  # one that is due by now, Prefect leaves


def runs(server: PrefectServer) -> list[Any]:
    of_deployment = {"deployments": {"id": {"any_": [deployment(server)["id"]]}}}
    found: list[Any] = server.ask("POST", "/flow_runs/filter", of_deployment)
    return found


def test_a_schedule_that_was_switched_off_stays_off_when_all_is_deployed_again(
    server: PrefectServer,
) -> None:
    serving.deploy()
    wait_until(lambda: bool(runs(server)), 120)
    switch(server, on=False)
    serving.deploy()
    assert len(server.ask("POST", "/automations/filter", {})) == 2
    sleep(5)  # the scheduler has looked several times
    assert [each["active"] for each in deployment(server)["schedules"]] == [False]
    assert runs(server) == []


def receive(count: int) -> None:
    with transaction() as session:
        api_key = add_source(session, "collected")
    client = create_app().test_client()
    for _ in range(count):
        sent = client.post(f"/webhooks/{api_key}", json={"EntityName": "Lead", "Email": "a@b.de"})
        assert sent.status_code == 200


@pytest.mark.prove
def test_what_is_collected_while_the_process_is_off_is_processed_once_it_is_on(
    server: PrefectServer,
) -> None:
    serving.deploy()
    switch(server, on=False)
    with working(server):
        receive(60)
        sleep(15)  # the worker asks for runs that begin within ten seconds
        assert set(statuses().values()) == {"New"}
        assert runs(server) == []
        switch(server, on=True)
        wait_until(lambda: set(statuses().values()) == {"Done"}, 420)  # its next time, and a start
    assert len(statuses()) == 60


@pytest.mark.prove
def test_a_run_that_watches_ends_once_the_process_is_switched_off(server: PrefectServer) -> None:
    serving.deploy()
    with working(server):
        wait_until(lambda: states(server) == ["RUNNING"] * 2, 120)
        (schedule,) = deployment(server)["schedules"]
        path = f"/deployments/{deployment(server)['id']}/schedules/{schedule['id']}"
        server.ask("PATCH", path, {"active": False})
        wait_until(lambda: states(server) == ["COMPLETED"] * 2, 150)


def states(server: PrefectServer) -> list[str]:
    """Return the states of the runs that are more than scheduled."""
    return [run["state_type"] for run in runs(server) if run["state_type"] != "SCHEDULED"]


@contextmanager
def working(server: PrefectServer) -> Iterator[None]:
    """Have a worker, started as `hookline run` starts it, and end it with the runs it has begun."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "hookline", "work"],
        cwd=ROOT,
        env=server.environment | {"HOOKLINE_DATABASE_URL": settings().database_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        workers = "/work_pools/hookline/workers/filter"
        wait_until(lambda: bool(server.ask("POST", workers, {})), 300)
        yield
    finally:
        worker.terminate()  # it ends its runs
        worker.wait(timeout=120)


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end
        sleep(0.5)
