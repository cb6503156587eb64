"""Commands that are kept going, with real processes that are killed."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from flows import keeping
from flows.keeping import Kept
from tests.processes import alive
from tests.receiver.conftest import within

STARTS_A_CHILD = "bash -c 'sleep 100 & echo $$ $! >> {}; wait'"
DEAF = "bash -c 'trap \"\" TERM; echo $$ $$ >> {}; while :; do sleep 1; done'"


@pytest.fixture
def pids(tmp_path: Path) -> Path:
    return tmp_path / "pids"


def started(pids: Path) -> list[tuple[int, int]]:
    """Return the pids of the command and of its child, a pair for each time that it started."""
    lines = pids.read_text().splitlines() if pids.exists() else []
    return [(int(pid), int(child)) for pid, child in map(str.split, lines)]


@contextmanager
def kept(command: str, pids: Path) -> Iterator[Kept]:
    made = Kept("name", command.format(pids), pids.parent, os.environ)
    assert within(10, lambda: bool(started(pids)))
    made.keep()
    try:
        yield made
    finally:
        made.tell_to_end()
        made.end()


def test_a_command_that_is_killed_is_started_again_without_what_it_left_behind(pids: Path) -> None:
    with kept(STARTS_A_CHILD, pids):
        pid, child = started(pids)[0]
        os.kill(pid, signal.SIGKILL)
        assert within(10, lambda: len(started(pids)) == 2)
        assert alive({pid, child}) == set()


def test_a_command_that_is_told_to_end_ends_with_its_children_and_stays_ended(pids: Path) -> None:
    with kept(STARTS_A_CHILD, pids) as it:
        it.tell_to_end()
        it.end()
        sleep(1)
        (both,) = started(pids)
    assert alive(set(both)) == set()


def test_a_command_that_does_not_listen_is_killed(
    pids: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "END_SECONDS", 1)
    with kept(DEAF, pids):
        began = monotonic()
    assert monotonic() - began < 5
    assert alive({pid for pid, _ in started(pids)}) == set()


def test_one_that_dies_again_and_again_is_started_ever_later(pids: Path) -> None:
    with kept("bash -c 'echo $$ $$ >> {}'", pids):
        sleep(4)  # after 0.5, 1, 2 and 5 seconds
        assert 3 <= len(started(pids)) <= 4
