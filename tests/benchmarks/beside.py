"""Answers beside a drain: how long a sender waits while two processes drain a backlog.

What a campaign's peak finds on the morning after a weekend on which nothing ran. A request counts
from the moment it was due. None may be refused, and each is in the table at the end.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from os import environ
from time import sleep
from urllib.parse import urlsplit

from sqlalchemy import text

from models.database import reading
from tests.benchmarks import plots
from tests.benchmarks.databases import KINDS, Database, analyse, database, empty
from tests.benchmarks.drain import DEPLOYED, Draining, tell
from tests.benchmarks.forms import store_forms
from tests.benchmarks.load import Load, percentile
from tests.benchmarks.receive import OURS, a_server
from tests.benchmarks.report import Figure, at_most
from tests.prefect_process import prefect_server

BACKLOG = int(environ.get("HOOKLINE_BENCH_BESIDE", "80000"))
"""So many that it is not drained when the load ends."""
SECONDS = int(environ.get("HOOKLINE_BENCH_BESIDE_SECONDS", "20"))
A_SECOND = 50


def measure() -> Iterator[Figure]:
    """Measure on both databases."""
    distributions = {}
    for kind in KINDS:
        with (
            database(kind) as of,
            prefect_server(of.home / "prefect") as server,
            a_server(OURS, of) as receiver,
        ):
            port = urlsplit(receiver.url).port or 0
            alone, beside, drained = _answers(of, Draining(of, server), port)
        distributions[kind] = [milliseconds / 1000 for milliseconds in beside]
        yield at_most(f"{kind}: p50 beside a drain", percentile(beside, 0.5), 200, " ms")
        yield at_most(f"{kind}: p99 beside a drain", percentile(beside, 0.99), 1000, " ms")
        yield Figure(f"{kind}: slowest of {len(beside):,}", f"{beside[-1]:.0f} ms")
        yield Figure(f"{kind}: p50 with nothing beside", f"{percentile(alone, 0.5):.1f} ms")
        yield Figure(f"{kind}: drained meanwhile, a second", f"{drained:,.0f}")
    title = f"Answers while a backlog is drained, {A_SECOND} a second"
    plots.distribution("beside", title, distributions, "seconds")


def _answers(of: Database, bench: Draining, port: int) -> tuple[list[float], list[float], float]:
    """Return how long answers took before a drain and beside it, and how much it drained."""
    empty()
    store_forms(of, BACKLOG)
    analyse()
    with ExitStack() as stack:
        drainers = [stack.enter_context(bench.drainer("ours", DEPLOYED)) for _ in range(2)]
        with Load(port, of.api_key, requests_a_second=A_SECOND) as load:
            sleep(SECONDS / 4)
            began = load.now()
            for each in drainers:
                tell(each)
            sleep(SECONDS)
            ended, drained = load.now(), _count("WHERE status = 'Done'")
    assert drained < BACKLOG, "The backlog was drained before the load ended."
    assert {status for _, _, status in load.answers} == {200}
    assert _count() == BACKLOG + len(load.answers)
    return load.milliseconds(0, began), load.milliseconds(began, ended), drained / SECONDS


def _count(where: str = "") -> int:
    with reading() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM webhook {where}")) or 0)
