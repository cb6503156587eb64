"""Idle: what the processor does for all that `hookline run` starts, while no webhook comes.

Beside it Prefect's server with nothing deployed. The databases' turns are not taken one after the
other, since what is counted is the processor time of each process.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from tests.benchmarks.databases import KINDS, database
from tests.benchmarks.everything import everything
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.report import Figure, at_most
from tests.prefect_process import prefect_server

SETTLE_SECONDS = int(environ.get("HOOKLINE_BENCH_SETTLE_SECONDS", "1260"))
"""Until the runs have ended that the start itself began: from then on there is what the schedule
starts."""
SECONDS = int(environ.get("HOOKLINE_BENCH_IDLE_SECONDS", "1200"))
"""Two turns of the schedule."""
SERVER = "Prefect's server"


def measure() -> Iterator[Figure]:
    """Measure both databases' processes, and the server alone, over the same minutes."""
    with ExitStack() as ends:
        home = Path(ends.enter_context(TemporaryDirectory(prefix="hookline-bench-")))
        alone = ends.enter_context(prefect_server(home))
        started = {
            kind: ends.enter_context(everything(ends.enter_context(database(kind))))
            for kind in KINDS
        }
        sleep(SETTLE_SECONDS)
        began, server_before = monotonic(), cpu_seconds(alone.pid)
        before = {kind: of.cpu() for kind, of in started.items()}
        sleep(SECONDS)
        took, server_after = monotonic() - began, cpu_seconds(alone.pid)
        after = {kind: of.cpu() for kind, of in started.items()}
    yield Figure(
        f"{SERVER} alone, with nothing deployed", _of_a_core(server_after - server_before, took)
    )
    for kind in KINDS:
        parts = {part: after[kind][part] - before[kind][part] for part in after[kind]}
        ours = 100 * (sum(parts.values()) - parts[SERVER]) / took
        yield at_most(f"{kind}: of one core, beside {SERVER}", ours, 2, " %")
        yield from (
            Figure(f"{kind}: {part}", _of_a_core(seconds, took)) for part, seconds in parts.items()
        )


def _of_a_core(seconds: float, took: float) -> str:
    return f"{100 * seconds / took:.2f} %"
