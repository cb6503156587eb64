"""Taking turns at SQLite's one writer."""

from collections.abc import Callable
from multiprocessing import Process, Value
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from sqlalchemy import text

from models.database import engine, reading, transaction
from models.turn import PATIENT, turn


def hold(seen: list[str], name: str, go: Event, seconds: float = 10) -> None:
    with turn(engine(), seconds):
        seen.append(f"{name} began")
        go.wait(10)
        seen.append(f"{name} ended")


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end
        sleep(0.01)


def test_who_comes_second_waits_for_the_first(sqlite_database: str) -> None:
    seen: list[str] = []
    go = Event()
    first, second = (Thread(target=hold, args=(seen, name, go)) for name in ("first", "second"))
    first.start()
    wait_for(lambda: seen)
    second.start()
    sleep(0.2)
    assert seen == ["first began"]
    go.set()
    first.join()
    second.join()
    assert seen == ["first began", "first ended", "second began", "second ended"]


def test_who_has_waited_long_enough_goes_on_all_the_same(sqlite_database: str) -> None:
    began = monotonic()
    with turn(engine(), 1), turn(engine(), 0.3):
        assert 0.3 <= monotonic() - began < 5


def write_again_and_again(turns: "Synchronized[int]") -> None:
    while True:
        with turn(engine(), 10, PATIENT):
            turns.value += 1
            sleep(0.02)


@pytest.mark.parametrize("drains", [1, 2])
def test_who_writes_again_at_once_lets_those_who_wait_go_first(
    sqlite_database: str, drains: int
) -> None:
    turns = Value("i", 0)
    writers = [Process(target=write_again_and_again, args=(turns,)) for _ in range(drains)]
    for writer in writers:
        writer.start()
    wait_for(lambda: turns.value)
    waited_for = []
    for _ in range(20):
        sleep(0.03)
        before = turns.value
        with turn(engine(), 10):
            waited_for.append(turns.value - before)
    for writer in writers:
        writer.kill()
        writer.join()
    assert sorted(waited_for)[len(waited_for) // 2] <= drains


def test_what_writes_waits_for_its_turn_and_what_reads_does_not(sqlite_database: str) -> None:
    seen: list[str] = []
    go = Event()

    def write() -> None:
        with transaction():
            seen.append("wrote")

    first = Thread(target=hold, args=(seen, "first", go))
    first.start()
    wait_for(lambda: seen)
    second = Thread(target=write)
    second.start()
    with reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
    sleep(0.2)
    assert seen == ["first began"]
    go.set()
    first.join()
    second.join()
    assert seen == ["first began", "first ended", "wrote"]


def hold_until_killed() -> None:
    with turn(engine(), 1):
        sleep(60)


def test_a_process_that_is_killed_gives_its_turn_back(sqlite_database: str) -> None:
    file = Path(f"{engine().url.database}-turn")
    held = Process(target=hold_until_killed)
    held.start()
    wait_for(file.exists)
    sleep(0.2)
    held.kill()
    held.join()
    began = monotonic()
    with turn(engine(), 10):
        assert monotonic() - began < 5


def test_where_no_turn_can_be_kept_the_database_is_asked_all_the_same(
    sqlite_database: str,
) -> None:
    Path(f"{engine().url.database}-turn").mkdir()
    with turn(engine(), 1):
        pass


def test_postgresql_needs_no_turns(postgres_database: str) -> None:
    began = monotonic()
    with turn(engine(), 10), turn(engine(), 10):
        assert monotonic() - began < 5
