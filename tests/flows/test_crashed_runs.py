"""Runs and workers that are killed -9: what Prefect says of them, and how long nobody works."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import psutil
import pytest

from flows import leftovers, serving
from models.settings import ROOT, settings
from tests.prefect_process import PrefectServer, prefect_server
from tests.stack import Stack, child_of, started

pytestmark = [pytest.mark.prefect, pytest.mark.prove]

FIVE_MINUTES = 300
LONGEST_GAP = 15
RUNNING = {"state": {"type": {"any_": ["RUNNING"]}}}


@pytest.fixture
def server(
    tmp_path: Path, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PrefectServer]:
    with prefect_server(tmp_path / "home") as started:
        for name in ("HOOKLINE_HOME", "HOOKLINE_PREFECT_PORT"):
            monkeypatch.setenv(name, started.environment[name])
        settings.cache_clear()
        yield started
        leftovers.end_runs(started.environment["HOOKLINE_HOME"])


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end
        sleep(0.5)


def test_a_run_that_fell_silent_is_crashed_within_five_minutes_and_a_long_one_goes_on(
    server: PrefectServer,
) -> None:
    def _run(run_id: str) -> Any:
        return server.ask("GET", f"/flow_runs/{run_id}")

    serving.deploy()
    found = server.ask("GET", "/deployments/name/create-entities/create-entities")
    path = f"/deployments/{found['id']}/create_flow_run"
    silent, healthy = (
        server.ask("POST", path, {"parameters": {"watch_seconds": 900}})["id"] for _ in range(2)
    )
    environment = server.environment | {"HOOKLINE_DATABASE_URL": settings().database_url}
    worker = subprocess.Popen([sys.executable, *serving.WORKER[1:]], cwd=ROOT, env=environment)
    for run_id in (silent, healthy):
        wait_until(lambda run_id=run_id: _run(run_id)["state_type"] == "RUNNING", 120)  # type: ignore[misc]
    sleep(5)  # its first heartbeat is heard
    worker.kill()
    worker.wait()
    os.kill(int(_run(silent)["infrastructure_pid"]), signal.SIGKILL)
    wait_until(lambda: _run(silent)["state_type"] == "CRASHED", FIVE_MINUTES)
    assert _run(healthy)["state_type"] == "RUNNING"


def watching(stack: Stack) -> list[psutil.Process]:
    """Return the processes of create-entities runs that say Running, and do run."""
    try:
        found = stack.post(
            "flow_runs/filter", flow_runs=RUNNING, flows={"name": {"any_": ["create-entities"]}}
        )
    except httpx.HTTPError:  # the server was killed
        return []
    pids = [int(run["infrastructure_pid"]) for run in found if run["infrastructure_pid"]]
    return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]


def longest_gap(stack: Stack, seconds: float) -> float:
    """Look for a while, and return the longest time in which no run was there."""
    seen = [start := monotonic()]
    while monotonic() < start + seconds:
        if watching(stack):
            seen.append(monotonic())
        sleep(0.5)
    return max(later - earlier for earlier, later in pairwise([*seen, monotonic()]))


def test_no_killed_process_leaves_a_gap_of_more_than_15_seconds(tmp_path: Path) -> None:
    with contextmanager(started)(tmp_path) as stack:
        stack.welcome()
        wait_until(lambda: len(watching(stack)) >= 2, 180)
        watching(stack)[0].kill()
        assert longest_gap(stack, 70) < LONGEST_GAP
        child_of(stack, "worker").kill()
        assert longest_gap(stack, 70) < LONGEST_GAP


def test_a_worker_that_comes_for_a_killed_one_starts_runs_beside_those_that_it_finds(
    tmp_path: Path,
) -> None:
    with contextmanager(started)(tmp_path) as stack:
        stack.welcome()
        wait_until(lambda: len(watching(stack)) >= 2, 180)
        left = watching(stack)
        child_of(stack, "worker").kill()
        wait_until(lambda: len(watching(stack)) >= len(left) + 2, 60)
        for run in left:
            run.kill()
        assert longest_gap(stack, 30) < LONGEST_GAP


def test_where_all_runs_are_killed_others_start_at_once(tmp_path: Path) -> None:
    with contextmanager(started)(tmp_path) as stack:
        stack.welcome()
        wait_until(lambda: len(watching(stack)) == 2, 180)
        for run in watching(stack):
            run.kill()
        assert longest_gap(stack, 60) < 2 * LONGEST_GAP
