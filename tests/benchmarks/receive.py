"""Receive: answered after commit, beside the same server with no work, and a commit a request.

Needs `wrk`, the load generator (`apt-get install wrk`). All three are up at once and get the load
in turn, so that what else the machine does meets each of them.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from os import environ
from pathlib import Path
from random import Random
from statistics import median
from time import sleep

from sqlalchemy import func
from sqlmodel import col, select

from flows import serving
from models.database import reading
from models.settings import ROOT
from models.webhook import Webhook
from tests.benchmarks import plots
from tests.benchmarks.databases import KINDS, Database, database
from tests.benchmarks.forms import form
from tests.benchmarks.machine import alternate, cpu_seconds, median_ratio, memory
from tests.benchmarks.report import Figure, at_least, at_most
from tests.processes import descendants, end, free_port

WORKERS, CONNECTIONS = 2, 64
SECONDS = int(environ.get("HOOKLINE_BENCH_SECONDS", "8"))
ROUNDS = int(environ.get("HOOKLINE_BENCH_ROUNDS", "5"))
MEGABYTE = 1024 * 1024
PERCENTILES = (50, 75, 90, 99)

OURS, NO_WORK, COMMIT_EACH = "hookline serve", "no work", "a commit a request"
COMMANDS = {
    OURS: ["-m", "hookline", "serve"],
    NO_WORK: ["-m", "tests.benchmarks.receive_others", "no_work"],
    COMMIT_EACH: ["-m", "tests.benchmarks.receive_others", "commit_each"],
}
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Load:
    """What one round of load came to."""

    a_second: float
    answered: int
    refused: int
    cpu_us: float
    """Processor time of the server for each request."""
    memory: float
    """The largest of its processes afterwards, in megabytes."""
    milliseconds: dict[int, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"{self.a_second:.0f} a second, p99 {self.milliseconds[99]:.1f} ms, "
            f"{self.cpu_us:.0f} µs of processor time each, {self.memory:.0f} MB"
        )


def measure() -> Iterator[Figure]:
    """Measure on both databases."""
    if not shutil.which("wrk"):
        sys.exit("The load generator wrk is missing: apt-get install wrk.")
    for kind in KINDS:
        yield from _measure_on(kind)


def _measure_on(kind: str) -> list[Figure]:
    print(f" {kind}")
    with database(kind) as of, ExitStack() as stack:
        script = _script(of)
        servers = {name: stack.enter_context(a_server(name, of)) for name in COMMANDS}
        for server in servers.values():
            server.load(script, seconds=2)  # so that all have opened what they open once
        before = _stored()
        rounds = alternate(
            ROUNDS,
            {name: lambda of=server: of.load(script, SECONDS) for name, server in servers.items()},  # type: ignore[misc]
        )
        # wrk leaves at its end with some requests under way: they may be stored, and not counted.
        answered = sum(load.answered for name in (OURS, COMMIT_EACH) for load in rounds[name])
        stored = _stored() - before
        assert answered <= stored <= answered + 2 * CONNECTIONS * ROUNDS, (answered, stored)
        assert not any(load.refused for loads in rounds.values() for load in loads)
    return _figures(kind, rounds)


def _figures(kind: str, rounds: Mapping[str, list[Load]]) -> list[Figure]:
    speed = {name: [load.a_second for load in loads] for name, loads in rounds.items()}
    middle = {
        name: {p: median(load.milliseconds[p] for load in loads) for p in PERCENTILES}
        for name, loads in rounds.items()
    }
    medians = {name: median(each) for name, each in speed.items()}
    plots.bars(f"receive-{kind}", f"Receive on {kind}", medians, "requests a second")
    plots.curves(
        f"receive-latency-{kind}",
        f"How long an answer takes on {kind}, {CONNECTIONS} connections",
        {name: (PERCENTILES, list(at.values())) for name, at in middle.items()},
        "percentile",
        "ms",
    )
    largest = max(load.memory for load in rounds[OURS])
    costs = {name: median(load.cpu_us for load in loads) for name, loads in rounds.items()}
    return [
        at_least(f"{kind}: of no work", median_ratio(speed[OURS], speed[NO_WORK]), 0.3),
        at_least(
            f"{kind}: of a commit a request", median_ratio(speed[OURS], speed[COMMIT_EACH]), 3.5
        ),
        Figure(
            f"{kind}: of no work, by processor time of the server alone",
            f"{costs[NO_WORK] / costs[OURS]:.2f}",
        ),
        at_most(f"{kind}: p99 at {CONNECTIONS} connections", middle[OURS][99], 50, " ms"),
        at_most(f"{kind}: memory of a worker under load", largest, 150, " MB"),
        *(Figure(f"{kind}: {name}, a second", f"{each:,.0f}") for name, each in medians.items()),
        *(
            Figure(f"{kind}: {name}, processor time", f"{each:.0f} µs")
            for name, each in costs.items()
        ),
    ]


@dataclass(frozen=True)
class Server:
    """A receiver that is up."""

    pid: int
    url: str

    def load(self, script: Path, seconds: int) -> Load:
        """Have wrk send what a script says, and read what came of it."""
        before = cpu_seconds(self.pid)
        connections = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
        said = subprocess.run(
            ["wrk", *connections, "-s", str(script), self.url],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        worked = cpu_seconds(self.pid) - before
        answered = int(_found(r"(\d+) requests in", said))
        workers = descendants(self.pid) or {self.pid}
        return Load(
            a_second=float(_found(r"Requests/sec:\s+([\d.]+)", said)),
            answered=answered,
            refused=int(_found(r"Non-2xx or 3xx responses: (\d+)", said, "0")),
            cpu_us=worked / max(1, answered) * 1e6,
            memory=max(map(memory, workers)) / MEGABYTE,
            milliseconds={
                p: _milliseconds(_found(rf"\n\s+{p}%\s+(\S+)", said)) for p in PERCENTILES
            },
        )


def _found(pattern: str, said: str, otherwise: str | None = None) -> str:
    found = re.search(pattern, said)
    if not found and otherwise is None:
        raise AssertionError(said)
    return found.group(1) if found else str(otherwise)


def _milliseconds(said: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", said).groups()  # type: ignore[union-attr]
    return float(number) * UNITS[unit]


@contextmanager
def a_server(name: str, of: Database) -> Iterator[Server]:
    """Start one of them on a database, and yield it once it is up."""
    port = free_port()
    environment = of.environment | {
        "HOOKLINE_PORT": str(port),
        "HOOKLINE_RECEIVER_WORKERS": str(WORKERS),
        "PYTHONWARNINGS": "ignore",
    }
    with (of.home / "receive.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *COMMANDS[name]], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{port}"
        assert serving.wait_for(f"{url}/healthz", 60, while_=lambda: process.poll() is None), name
        yield Server(process.pid, f"{url}/webhooks/{of.api_key}")
    finally:
        end(process)


def _script(of: Database) -> Path:
    """Write what wrk is to send: forms of a hundred people in turn."""
    random = Random(1)
    bodies = ", ".join(f"[==[{json.dumps(form(random, 100))}]==]" for _ in range(100))
    script = of.home / "forms.lua"
    script.write_text(
        f"local bodies = {{{bodies}}}\n"
        "local at = 0\n"
        'wrk.method = "POST"\n'
        'wrk.headers["Content-Type"] = "application/json"\n'
        "request = function()\n"
        "  at = at % #bodies + 1\n"
        "  return wrk.format(nil, nil, nil, bodies[at])\n"
        "end\n"
    )
    return script


def _stored() -> int:
    sleep(2)  # until what was under way at the end of a load has come to its end
    with reading() as session:
        return session.exec(select(func.count(col(Webhook.id)))).one()
