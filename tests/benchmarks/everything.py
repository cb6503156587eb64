"""All of Hookline as `hookline run` starts it, with nothing set for tests but ports and folders."""

import http.client
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from tests.benchmarks.databases import Database
from tests.benchmarks.machine import command_line, cpu_seconds, own_cpu_seconds
from tests.processes import clean_environment, descendants, free_port, running

FORM = b'{"EntityName": "FormSubmit", "FirstName": "Ada", "LastName": "Lovelace"}'
PARTS = {
    "Prefect's server": ("uvicorn", "prefect server start", "prefect.server"),
    "receiver": ("receiver.serve",),
    "worker": ("worker start",),
}
"""What `hookline run` starts, by words of the command."""


@dataclass(frozen=True)
class Everything:
    """What was started, and how long it took until a webhook was accepted."""

    pid: int
    port: int
    prefect_database: Path
    start_seconds: float
    log: Path

    def cpu(self) -> dict[str, float]:
        """Return the processor time of each part so far; flow runs are the worker's children."""
        spent = {part: 0.0 for part in (*PARTS, "flow runs")}
        rest = cpu_seconds(self.pid)
        for part, words in PARTS.items():
            pid = self._first(words)
            if pid is None:
                continue
            all_of_it = cpu_seconds(pid)
            rest -= all_of_it
            if part == "worker":
                spent[part] = own_cpu_seconds(pid)
                spent["flow runs"] = all_of_it - spent[part]
            else:
                spent[part] = all_of_it
        return spent | {"hookline run": rest}

    def _first(self, words: tuple[str, ...]) -> int | None:
        found = [
            pid for pid in descendants(self.pid) if any(word in command_line(pid) for word in words)
        ]
        # The one that was started first has the others below it.
        return min(found, default=None)

    def prefect_bytes(self) -> int:
        """Return how much Prefect's database holds, without the pages that it has free."""
        with closing(sqlite3.connect(f"file:{self.prefect_database}?mode=ro", uri=True)) as to:
            pages, free, size = (
                to.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return int((pages - free) * size)

    def wait_for_welcome(self) -> None:
        """Wait until all of it says that it is up."""
        end = monotonic() + 300
        while "Hookline is up." not in (said := self.log.read_text()):
            assert monotonic() < end, said
            sleep(0.2)


@contextmanager
def everything(of: Database) -> Iterator[Everything]:
    """Start all on a database, and yield it once a webhook was accepted."""
    port, prefect_port = free_port(), free_port()
    environment = clean_environment(
        **of.names,
        HOOKLINE_PORT=str(port),
        HOOKLINE_PREFECT_PORT=str(prefect_port),
        PREFECT_HOME=str(of.home / "prefect"),
        PREFECT_API_URL=f"http://127.0.0.1:{prefect_port}/api",
    )
    log = of.home / "run.log"
    began = monotonic()
    with running("hookline", "run", env=environment, log=log) as process:
        while not _accepts(port, of.api_key):
            assert process.poll() is None, log.read_text()
            sleep(0.05)
        yield Everything(
            process.pid,
            port,
            of.home / "prefect" / "prefect.db",
            monotonic() - began,
            log,
        )


def _accepts(port: int, api_key: str) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", f"/webhooks/{api_key}", FORM, headers)
            return connection.getresponse().status == 200
        except OSError:
            return False
