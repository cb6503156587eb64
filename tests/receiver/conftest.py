"""Receivers that really serve: granian in processes of its own, one for each database."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

import httpx
import pytest
from flask.testing import FlaskClient
from sqlmodel import func, select

from flows.serving import wait_for
from models.database import engine, reading, transaction
from models.settings import settings
from models.source import add_source
from models.webhook import Webhook
from receiver import create_app
from tests.conftest import MakeDatabase
from tests.processes import Process, clean_environment, free_port, running

SMALL_LIMIT = 200_000
"""Bytes of the largest body that receivers of tests take."""

STORE_TIMEOUT = 1
SPOOLING = {"HOOKLINE_STORE_TIMEOUT_SECONDS": str(STORE_TIMEOUT)}
"""What a receiver is told that is to find out soon that its database is away."""


@dataclass(frozen=True)
class Served:
    """A receiver that answers over HTTP, and a key that it knows."""

    url: str
    api_key: str
    log: Path
    pid: int = 0
    spool: Path = Path()

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/webhooks/{self.api_key}"

    def post(
        self, body: bytes = b"{}", headers: dict[str, str] | None = None, query: str = ""
    ) -> httpx.Response:
        return httpx.post(f"{self.webhook_url}{query}", content=body, headers=headers, timeout=30)


Serve = Callable[..., AbstractContextManager[Served]]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Return what starts a receiver for a database."""

    @contextmanager
    def _serve(database_url: str, api_key: str = "no-key", **more: str) -> Iterator[Served]:
        folder, port = tmp_path_factory.mktemp("receiver"), free_port()
        usual = {
            "HOOKLINE_DATABASE_URL": database_url,
            "HOOKLINE_HOME": str(folder),
            "HOOKLINE_PORT": str(port),
            "HOOKLINE_RECEIVER_WORKERS": "1",
            "HOOKLINE_MAX_BODY_BYTES": str(SMALL_LIMIT),
            "HOOKLINE_DATABASE_TIMEOUT_SECONDS": "1",
        }
        environment = clean_environment(**(usual | more))
        url, log = f"http://127.0.0.1:{port}", folder / "log"
        # What `hookline serve` becomes, as it does for `stack`: that Prefect is imported before
        # takes seconds, and shows nothing of the receiver.
        started = running("python", "-m", "receiver.serve", env=environment, log=log)
        with started as process:
            running_still = partial(_runs, process)
            assert wait_for(f"{url}/console/static/console.css", 60, running_still), log.read_text()
            spool = Path(more.get("HOOKLINE_SPOOL_PATH", folder / "spool"))
            yield Served(url, api_key, log, process.pid, spool)

    return _serve


@pytest.fixture(scope="session")
def served_sqlite(sqlite_copy: MakeDatabase, serve: Serve) -> Iterator[tuple[Served, str]]:
    """Serve one SQLite database for all tests."""
    url = sqlite_copy()
    with serve(url, key_in(url)) as served:
        yield served, url


@pytest.fixture(scope="session")
def served_postgres(postgres_copy: MakeDatabase, serve: Serve) -> Iterator[tuple[Served, str]]:
    """Serve one PostgreSQL database for all tests."""
    url = postgres_copy()
    with serve(url, key_in(url)) as served:
        yield served, url


@pytest.fixture(params=["sqlite", "postgres"])
def served(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Run the test against a receiver on each database, which the settings name too."""
    served, url = request.getfixturevalue(f"served_{request.param}")
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", url)
    settings.cache_clear()
    assert isinstance(served, Served)
    return served


@pytest.fixture
def client(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return a client without HTTP, where HTTP adds nothing."""
    return create_app().test_client()


@pytest.fixture
def api_key(sqlite_database: str) -> str:
    """Make a source, and return its key."""
    with transaction() as session:
        return add_source(session, "landing pages")


def _runs(process: Process) -> bool:
    return process.poll() is None


def key_in(database_url: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOKLINE_DATABASE_URL", database_url)
        settings.cache_clear()
        with transaction() as session:
            api_key = add_source(session, "landing pages")
        engine().dispose()
    settings.cache_clear()
    return api_key


def stored(answer: httpx.Response) -> Webhook:
    """Return the webhook that an answer says is stored."""
    assert answer.status_code == 200, answer.text
    with reading() as session:
        return session.get_one(Webhook, UUID(answer.json()["id"]))


def count() -> int:
    """Count the webhooks in the database."""
    with reading() as session:
        return session.exec(select(func.count()).select_from(Webhook)).one()


def within(seconds: float, so: Callable[[], bool]) -> bool:
    """Say whether something comes to be so within a time."""
    end = monotonic() + seconds
    while not so():
        if monotonic() > end:
            return False
        sleep(0.1)
    return True
