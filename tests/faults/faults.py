"""The faults. Each is a few steps around a `yield`: before it, it strikes; after it, it is over.

While it lasts, the load goes on. To add one, write a function here and say where it applies.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from time import sleep

from sqlalchemy import create_engine, text

from tests.faults import clock
from tests.faults.disks import full
from tests.faults.system import System

BOTH = ("postgresql", "sqlite")


@dataclass(frozen=True)
class Fault:
    """A fault, in the words of the table."""

    words: str
    steps: Callable[[System], AbstractContextManager[None]]
    seconds: float
    """How long it lasts."""
    on: tuple[str, ...]
    before: Callable[[System], None]
    """What is started before the load is."""
    needs: Callable[[System], bool]
    """Whether this machine can do it."""
    around: float = 12
    """How long the load goes on before and after it, in all, in seconds."""

    @property
    def name(self) -> str:
        return self.steps.__name__

    def shortened(self) -> "Fault":
        """Return the same fault, over soon."""
        return replace(self, seconds=2, around=3)


FAULTS: list[Fault] = []


def fault(
    words: str,
    *,
    seconds: float = 8,
    on: tuple[str, ...] = BOTH,
    before: Callable[[System], None] = lambda _: None,
    needs: Callable[[System], bool] = lambda _: True,
) -> Callable[[Callable[[System], Iterator[None]]], Fault]:
    """Enter a function into the list of faults."""

    def enter(steps: Callable[[System], Iterator[None]]) -> Fault:
        FAULTS.append(Fault(words, contextmanager(steps), seconds, on, before, needs))
        return FAULTS[-1]

    return enter


@fault("PostgreSQL is stopped for 30 s, in good order", seconds=30, on=("postgresql",))
def postgres_stopped(system: System) -> Iterator[None]:
    assert system.postgres is not None
    system.postgres.stop("fast")
    yield
    system.postgres.start()


@fault("PostgreSQL is stopped for 30 s, at once", seconds=30, on=("postgresql",))
def postgres_crashed(system: System) -> Iterator[None]:
    assert system.postgres is not None
    system.postgres.stop("immediate")
    yield
    system.postgres.start()


@fault("the table of webhooks is locked")
def table_locked(system: System) -> Iterator[None]:
    made = create_engine(system.database_url)
    lock = "BEGIN IMMEDIATE"
    if system.kind == "postgresql":
        lock = "LOCK TABLE webhook IN EXCLUSIVE MODE"
    with made.connect() as connection:
        connection.execute(text(lock))
        yield
        connection.rollback()
    made.dispose()


@fault("the table is locked, and the spool's disk is full", needs=lambda it: bool(it.spool_disk))
def spool_disk_full(system: System) -> Iterator[None]:
    assert system.spool_disk is not None
    with table_locked.steps(system), full(system.spool_disk):
        yield


@fault("the database's disk is full", on=("sqlite",), needs=lambda it: bool(it.database_disk))
def database_disk_full(system: System) -> Iterator[None]:
    assert system.database_disk is not None
    with full(system.database_disk):
        yield


@fault("each third commit loses its connection", on=("postgresql",))
def connections_cut(system: System) -> Iterator[None]:
    assert system.proxy is not None
    before, system.proxy.cut_every = system.proxy.cuts, 3
    yield
    system.proxy.cut_every = 0
    assert system.proxy.cuts - before > 2, "hardly any was cut"


def _several(system: System) -> None:
    system.ports.append(system.start_receiver())
    for _ in range(2):
        system.start_worker()


@fault("none: two receivers and three workers at once", before=_several)
def several_at_once(system: System) -> Iterator[None]:
    yield


def _with_a_clock_of_their_own(system: System) -> None:
    moved = clock.Clock(system.folder / "clock")
    system.ports[:] = [system.start_receiver(**moved.environment)]
    system.start("python", "-m", "tests.faults.processing", **moved.environment)


@fault(
    "the clock of the receiver and a worker jumps by two hours, and back by a day",
    on=("postgresql",),
    before=_with_a_clock_of_their_own,
    needs=lambda _: bool(clock.library()),
)
def clock_moved(system: System) -> Iterator[None]:
    moved = clock.Clock(system.folder / "clock")
    for offset in ("+2h", "-1d", "+0"):
        moved.move(offset)
        sleep(3)
    yield


@fault("the receiver is killed -9")
def receiver_killed(system: System) -> Iterator[None]:
    system.kill("receiver")
    yield


@fault("the worker is killed -9")
def worker_killed(system: System) -> Iterator[None]:
    system.kill("worker")
    yield


@fault("all runs of create-entities are killed -9", on=("postgresql",))
def runs_killed(system: System) -> Iterator[None]:
    for run in system.runs():
        run.kill()
    yield


@fault("Prefect's server is killed -9", on=("postgresql",))
def prefect_killed(system: System) -> Iterator[None]:
    system.kill("prefect")
    yield


@fault("the worker and its runs are killed -9", on=("postgresql",))
def worker_killed_with_its_runs(system: System) -> Iterator[None]:
    system.kill("worker")
    for run in system.runs():
        run.kill()
    yield
