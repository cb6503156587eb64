"""Tests side by side: which stay together, in which order, and that nothing outlives them."""

import json
import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.processes import alive

RUN = "TESTS_FOLDER"
"""The variable that names a run's folder; every process that the run starts has it."""

END_SECONDS = 15
NEEDS_DATABASE = {"sqlite_template", "postgres_url", "database", "serve", "served"}
LONGEST_FIRST = ["stack", "prefect", "site events", "page", "served"]
MINE = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that need more than Python, and put all in the order that ends soonest."""
    for item in items:
        fixtures = _fixtures(item)
        if "stack" in fixtures:
            item.add_marker(pytest.mark.prefect)
        if fixtures & NEEDS_DATABASE:
            item.add_marker(pytest.mark.database)
    if not hasattr(config, "workerinput"):
        items.sort(key=_turn)
        return
    items.sort(key=_turn_among_others)
    written = _chains_file().with_suffix(f".{os.getpid()}")
    written.write_text(json.dumps({item.nodeid: _chain(item) for item in items if _chain(item)}))
    written.rename(_chains_file())  # all workers say the same


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "_Chains":
    """Give xdist chains of tests; its own groups come to nothing with this version of pytest."""
    config.option.loadscopereorder = False
    return _Chains(config, log)


class _Chains(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Tests of one chain go to one worker, in their order; any other test to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return self._chain_of.get(nodeid, nodeid)

    @cached_property
    def _chain_of(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(_chains_file().read_text())
        return found


def _chains_file() -> Path:
    return Path(os.environ[RUN]) / "chains.json"


def _chain(item: pytest.Item) -> str:
    """Name the chain of a test that shares with others what is started once, or begins early.

    Tests with a Prefect server of their own are a chain too: its start takes so much that several
    at once would keep each other waiting.
    """
    fixtures = _fixtures(item)
    if mark := item.get_closest_marker("xdist_group"):
        return str(mark.args[0])
    if "stack" in fixtures:
        return "stack"
    if item.get_closest_marker("prefect"):
        return "prefect"
    return "served" if fixtures & {"serve", "served"} else ""


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def _turn(item: pytest.Item) -> int:
    """Put what is fast first, so that a mistake in a rule is seen in seconds."""
    names = {mark.name for mark in item.iter_markers()}
    return 3 * ("prove" in names) + 2 * ("prefect" in names) + ("database" in names)


def _turn_among_others(item: pytest.Item) -> tuple[int, int]:
    """Put the chains after the pure tests, the longest first, and then what fills the gaps."""
    if chain := _chain(item):
        return 1, ([*LONGEST_FIRST, chain]).index(chain)
    return (2 if item.get_closest_marker("database") else 0), 0


def pytest_configure(config: pytest.Config) -> None:
    """Make a folder for the servers of this run, by whose name its processes are known."""
    if RUN not in os.environ:  # or else this is a worker
        config.stash[MINE] = Path(tempfile.mkdtemp(prefix="hookline-tests-"))
        os.environ[RUN] = str(config.stash[MINE])
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: tidily


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
