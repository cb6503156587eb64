"""Tests side by side: which stay together, in which order, and that nothing outlives them."""

import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.processes import alive

RUN = "TESTS_FOLDER"
"""The variable that names a run's folder; every process that the run starts has it."""

END_SECONDS = 15
NEEDS_DATABASE = {"sqlite_template", "postgres_url", "database", "serve", "served"}
MINE = pytest.StashKey[Path]()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test that needs more than Python, or goes with others; xdist reads marks early."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if "stack" in fixtures:
        item.add_marker(pytest.mark.prefect)
    if fixtures & NEEDS_DATABASE:
        item.add_marker(pytest.mark.database)
    if group := _group(item, fixtures):
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests in the order that ends soonest."""
    items.sort(key=_turn_among_others if hasattr(config, "workerinput") else _turn)


def _group(item: pytest.Item, fixtures: set[str]) -> str:
    """Name those tests that stay in one worker, so that what they share is started once.

    Those with a Prefect server of their own stay together too: its start takes so much that several
    at once would keep each other waiting.
    """
    if "stack" in fixtures:
        return "stack"
    if item.get_closest_marker("prefect"):
        return "prefect"
    return "served" if fixtures & {"serve", "served"} else ""


def _turn(item: pytest.Item) -> int:
    """Put what is fast first, so that a mistake in a rule is seen in seconds."""
    names = {mark.name for mark in item.iter_markers()}
    return 3 * ("prove" in names) + 2 * ("prefect" in names) + ("database" in names)


def _turn_among_others(item: pytest.Item) -> int:
    """Put the long chains after the pure tests, and last the short ones, which fill the gaps."""
    names = {mark.name for mark in item.iter_markers()}
    if names & {"xdist_group", "prove"}:
        return 1
    return 2 if "database" in names else 0


def pytest_configure(config: pytest.Config) -> None:
    """Make a folder for the servers of this run, by whose name its processes are known."""
    if RUN not in os.environ:  # or else this is a worker
        config.stash[MINE] = Path(tempfile.mkdtemp(prefix="hookline-tests-"))
        os.environ[RUN] = str(config.stash[MINE])


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what a worker that was interrupted, or crashed, had no time to end."""
    if folder := config.stash.get(MINE, None):
        del os.environ[RUN]
        if left := _processes_of(folder):
            print(f"\nEnding processes that tests left: {left}", file=sys.stderr)
            _end(left)
        shutil.rmtree(folder, ignore_errors=True)


def _processes_of(folder: Path) -> set[int]:
    told = f"{RUN}={folder}".encode()
    found = set()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if told in environment.read_bytes().split(b"\0"):
                found.add(int(environment.parent.name))
        except OSError:  # it ended just now, or is not ours to read
            continue
    return alive(found - {os.getpid()})


def _end(pids: set[int]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in alive(pids):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        end = monotonic() + END_SECONDS
        while alive(pids) and monotonic() < end:
            sleep(0.2)
