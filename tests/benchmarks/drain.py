"""Drain: New to Done with contact, in real flow runs on a real Prefect server with its history.

Beside it the ceiling, a loop written by hand with the same rules; a row at a time; and Prefect with
a flow run a webhook. After each round it is counted that every webhook has one record and every
record its contact.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from os import environ
from statistics import median
from time import monotonic, sleep

from sqlalchemy import text

from models.database import reading
from models.settings import ROOT
from tests.benchmarks import plots
from tests.benchmarks.databases import KINDS, Database, analyse, database, empty
from tests.benchmarks.forms import store_forms
from tests.benchmarks.machine import alternate, median_ratio, memory
from tests.benchmarks.report import Figure, at_least, at_most
from tests.prefect_process import PrefectServer, prefect_server

BATCH = int(environ.get("HOOKLINE_BENCH_BATCH", "10000"))
DEPLOYED = 2500
"""The batches of prefect.yaml: smaller, so that a run which is killed has fewer in hand."""
FORMS = int(environ.get("HOOKLINE_BENCH_FORMS", "60000"))
ROUNDS = int(environ.get("HOOKLINE_BENCH_ROUNDS", "3"))
FEW, FEWEST, BACKLOG = 300, 10, int(environ.get("HOOKLINE_BENCH_BACKLOG", "100000"))
TARGETS = {"postgresql": 5000, "sqlite": 2500}
"""Webhooks a second with two processes."""
MEGABYTE = 1024 * 1024

WRONG = """
SELECT (SELECT count(*) FROM webhook WHERE status <> 'Done'),
    (SELECT count(*) FROM webhook) - (SELECT count(*) FROM webhook_record),
    (SELECT count(*) FROM webhook) - (SELECT count(*) FROM form_submit),
    (SELECT count(*) FROM form_submit WHERE contact_id IS NULL),
    (SELECT count(*) FROM (SELECT email FROM contact GROUP BY email HAVING count(*) > 1) AS twice)
"""


@dataclass(frozen=True)
class Drained:
    """What one round came to."""

    a_second: float
    cpu_us: float
    """Processor time of the draining processes for each webhook."""
    contacts: int

    def __str__(self) -> str:
        return f"{self.a_second:,.0f} a second, {self.cpu_us:.0f} µs of processor time each"


def measure() -> Iterator[Figure]:
    """Measure on both databases."""
    for kind in KINDS:
        with database(kind) as of, prefect_server(of.home / "prefect") as server:
            print(f" {kind}")
            bench = Draining(of, server)
            yield from _compared(bench, kind, TARGETS[kind])
            yield from _one_batch(bench, kind)
            yield from _backlog(bench, kind)


@dataclass(frozen=True)
class Draining:
    """A database with webhooks, and the Prefect server whose flow runs drain it."""

    of: Database
    server: PrefectServer

    def drain(self, way: str, forms: int, processes: int = 2, batch: int = BATCH) -> Drained:
        """Store forms, have processes drain them at once, and count what came of it."""
        empty()
        store_forms(self.of, forms)
        analyse()
        with ExitStack() as stack:
            started = [stack.enter_context(self.drainer(way, batch)) for _ in range(processes)]
            taken = _all_at_once(started)
        return Drained(
            forms / max(each["seconds"] for each in taken),
            sum(each["cpu"] for each in taken) / forms * 1e6,
            _counted(forms),
        )

    @contextmanager
    def drainer(self, way: str, batch: int) -> Iterator["subprocess.Popen[str]"]:
        """Start a process that drains once it is told to."""
        environment = self.server.environment | self.of.environment | {"PYTHONWARNINGS": "ignore"}
        with (self.of.home / "drain.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.benchmarks.drainer", way, str(batch)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        try:
            assert process.stdout and process.stdout.readline().strip() == "ready"
            yield process
        finally:
            process.kill()
            process.wait()


def tell(process: "subprocess.Popen[str]") -> None:
    """Tell a drainer to begin."""
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def _taken(process: "subprocess.Popen[str]") -> dict[str, float]:
    assert process.stdout
    taken: dict[str, float] = json.loads(process.stdout.readlines()[-1])
    return taken


def _all_at_once(processes: list["subprocess.Popen[str]"]) -> list[dict[str, float]]:
    for process in processes:
        tell(process)
    return [_taken(process) for process in processes]


def _counted(forms: int) -> int:
    """Assert that nothing is missing and nothing is there twice; return how many contacts."""
    with reading() as session:
        assert tuple(session.execute(text(WRONG)).one()) == (0, 0, 0, 0, 0)
        assert session.scalar(text("SELECT count(*) FROM webhook")) == forms
        return int(session.scalar(text("SELECT count(*) FROM contact")) or 0)


def _compared(bench: Draining, kind: str, target: float) -> list[Figure]:
    deployed = f"ours, {DEPLOYED:,} at once"
    ways = {
        "ours": lambda: bench.drain("ours", FORMS),
        deployed: lambda: bench.drain("ours", FORMS, batch=DEPLOYED),
    }
    if kind == "postgresql":
        ways["by hand"] = lambda: bench.drain("by hand", FORMS)
    ways["row by row"] = lambda: bench.drain("row by row", FEW)
    rounds = alternate(ROUNDS, ways)
    if kind == "postgresql":
        assert {each.contacts for each in rounds["ours"]} == {
            each.contacts for each in rounds["by hand"]
        }
    alone = bench.drain("a flow run each", FEWEST, processes=1)
    speed = {name: [each.a_second for each in drained] for name, drained in rounds.items()}
    medians = {name: median(each) for name, each in speed.items()}
    medians["a flow run each"] = alone.a_second
    plots.bars(f"drain-{kind}", f"Drain on {kind}, two processes", medians, "webhooks a second")
    figures = [
        at_least(f"{kind}: webhooks a second, in batches of {BATCH:,}", medians["ours"], target)
    ]
    if "by hand" in speed:
        ratio = median_ratio(speed["ours"], speed["by hand"])
        figures.append(at_least(f"{kind}: of the loop by hand", ratio, 0.5))
        figures.append(at_least(f"{kind}: the same, by processor time", _by_cpu(rounds), 0.5))
    return [
        *figures,
        *(
            Figure(f"{kind}: {name}, a second", f"{each:,.3g}" if each < 100 else f"{each:,.0f}")
            for name, each in medians.items()
        ),
    ]


def _by_cpu(rounds: Mapping[str, list[Drained]]) -> float:
    """Compare the processor time of the draining processes, which others at work do not change."""
    by_hand = [each.cpu_us for each in rounds["by hand"]]
    return median_ratio(by_hand, [each.cpu_us for each in rounds["ours"]])


def _one_batch(bench: Draining, kind: str) -> list[Figure]:
    """Measure the flow's own overhead: batches of 50 in a run, less what the same take by hand.

    Of few batches and of many, so that what a run costs once is not in it.
    """
    few = 50 / bench.drain("ours", 50, processes=1, batch=50).a_second
    many = 500 / bench.drain("ours", 500, processes=1, batch=50).a_second
    each = (many - few) / 9
    return [at_most(f"{kind}: a batch of 50 with its subflows, all in all", each, 1.5, " s")]


def _backlog(bench: Draining, kind: str) -> list[Figure]:
    """Drain a backlog, and watch the memory of the one process that does."""
    empty()
    store_forms(bench.of, BACKLOG)
    analyse()
    times, sizes = [], []
    with bench.drainer("ours", BATCH) as process:
        tell(process)
        began = monotonic()
        while process.poll() is None:
            try:
                sizes.append(memory(process.pid) / MEGABYTE)
            except (OSError, IndexError):
                break
            times.append(monotonic() - began)
            sleep(0.5)
        taken = _taken(process)
    _counted(BACKLOG)
    quarter = len(sizes) // 4
    early, late = max(sizes[quarter : 2 * quarter]), max(sizes[-quarter:])
    title = f"Memory while {BACKLOG:,} webhooks are drained on {kind}"
    plots.curves(f"drain-memory-{kind}", title, {kind: (times, sizes)}, "seconds", "MB")
    return [
        Figure(
            f"{kind}: {BACKLOG:,} by one process", f"{BACKLOG / taken['seconds']:,.0f} a second"
        ),
        at_most(f"{kind}: memory in its last quarter, of its second", late / early, 1.2),
        Figure(f"{kind}: most memory", f"{max(sizes):.0f} MB"),
    ]
