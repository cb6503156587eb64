"""What the faults befall: Hookline with its database, its spool, its receivers and workers."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from flows.serving import wait_for
from models import migrations
from models.database import engine
from models.settings import settings
from tests.faults.disks import small_disk
from tests.faults.postgres import Postgres, postgres
from tests.faults.proxy import Proxy
from tests.processes import clean_environment, free_port, running

START_SECONDS = 180


@dataclass
class System:
    """Hookline as it runs, and the handles that a fault takes it by."""

    kind: str
    """`postgresql` or `sqlite`."""
    database_url: str
    """Past the proxy, for the count."""
    environment: dict[str, str]
    log: Path
    folder: Path
    worker: tuple[str, ...]
    """What starts one more worker."""
    worker_is_up: str
    """What stands in its log then."""
    postgres: Postgres | None = None
    proxy: Proxy | None = None
    database_disk: Path | None = None
    spool_disk: Path | None = None
    ports: list[int] = field(default_factory=list)
    """Where the load is sent to."""
    stack: ExitStack = field(default_factory=ExitStack)
    """What was started besides, for as long as a row takes."""

    @property
    def spool(self) -> Path:
        return Path(self.environment["HOOKLINE_SPOOL_PATH"])

    def pid(self, name: str) -> int:
        """Return the process that goes by a name of the Procfile, as it was started last."""
        started = re.findall(rf"^{name} *\| started, pid (\d+)$", self.log.read_text(), re.M)
        return int(started[-1])

    def kill(self, name: str) -> None:
        """Kill a process -9, without those that it has started."""
        os.kill(self.pid(name), signal.SIGKILL)

    def runs(self) -> list[psutil.Process]:
        """Return the processes that are flow runs of this system."""
        found = []
        for process in psutil.process_iter():
            try:
                environment = process.environ()
            except psutil.Error:
                continue
            home = environment.get("HOOKLINE_HOME") == self.environment["HOOKLINE_HOME"]
            if home and "PREFECT__FLOW_RUN_ID" in environment:
                found.append(process)
        return found

    def start(self, *command: str, **more: str) -> Path:
        """Start another process of Hookline's, for as long as the row takes; return its log."""
        log = self.folder / f"besides-{monotonic()}.log"
        self.stack.enter_context(
            running(command[0], *command[1:], env=self.environment | more, log=log)
        )
        return log

    def start_worker(self) -> None:
        """Start another worker, and return once it is one."""
        log = self.start(*self.worker)
        wait_until(lambda: self.worker_is_up in log.read_text(), START_SECONDS, "a worker")

    def start_receiver(self, **more: str) -> int:
        """Start another receiver, and return its port once it answers."""
        port = free_port()
        self.start("hookline", "serve", HOOKLINE_PORT=str(port), **more)
        assert wait_for(f"http://127.0.0.1:{port}/console/static/console.css", START_SECONDS)
        return port


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something is so; fail, and say what was waited for, where it takes too long."""
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end, f"not within {seconds} s: {what}"
        sleep(0.2)


@dataclass(frozen=True)
class Form:
    """How Hookline is started: as users do, or without Prefect."""

    command: tuple[str, ...]
    """What starts everything, and starts again what dies of it."""
    is_up: str
    worker: tuple[str, ...]
    worker_is_up: str


WHOLE = Form(("hookline", "run"), "\ncurl", ("hookline", "work"), "started!")
SHORT = Form(
    ("python", "-m", "tests.faults.processing", "all"),
    "Started worker-1",
    ("python", "-m", "tests.faults.processing"),
    "",
)


@contextmanager
def a_system(form: Form, kind: str, folder: Path) -> Iterator[System]:
    """Start Hookline on a database of a kind, with its database and spool on small disks.

    Args:
        form: what is started.
        kind: `postgresql` or `sqlite`.
        folder: for all that it keeps.
    """
    with ExitStack() as stack:
        spool_disk = stack.enter_context(small_disk(folder / "spool-disk", 48))
        database_disk = stack.enter_context(small_disk(folder / "database-disk", 512))
        server = stack.enter_context(postgres()) if kind == "postgresql" else None
        proxy = Proxy(server.socket) if server else None
        url = server.url if server else f"sqlite:///{folder}/database-disk/hookline.db"
        environment = clean_environment(
            HOOKLINE_DATABASE_URL=proxy.instead_of(url) if proxy else url,
            HOOKLINE_HOME=str(folder / "home"),
            HOOKLINE_PORT=str(free_port()),
            HOOKLINE_PREFECT_PORT=str(free_port()),
            HOOKLINE_SPOOL_PATH=str(folder / "spool-disk" / "spool"),
            HOOKLINE_RECEIVER_WORKERS="1",
        )
        _migrate(url)
        log = folder / "log"
        process = stack.enter_context(running(*form.command, env=environment, log=log))
        up = lambda: process.poll() is not None or form.is_up in log.read_text()  # noqa: E731
        wait_until(up, START_SECONDS, "that Hookline is up")
        assert process.poll() is None, log.read_text()
        yield System(
            kind,
            url,
            environment,
            log,
            folder,
            form.worker,
            form.worker_is_up,
            server,
            proxy,
            database_disk,
            spool_disk,
        )


def _migrate(url: str) -> None:
    with using(url):
        migrations.upgrade()


@contextmanager
def using(url: str) -> Iterator[None]:
    """Have the settings of this process name a database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOKLINE_DATABASE_URL", url)
        settings.cache_clear()
        yield
        engine().dispose()
    settings.cache_clear()
