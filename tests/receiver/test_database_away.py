"""What senders and people are told while the database is away, for real."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.conftest import MakeDatabase
from tests.processes import free_port
from tests.receiver.conftest import Serve, Served, count, key_in, stored


def nobody_listens() -> str:
    return f"postgresql+psycopg://hookline:secret@127.0.0.1:{free_port()}/hookline"


@pytest.fixture(scope="module", params=["no server", "no folder", "not migrated"])
def away(
    request: pytest.FixtureRequest, serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Serve for a database that is not there."""
    file = tmp_path_factory.mktemp("away") / "file"
    file.touch()
    url = {
        "no server": nobody_listens(),
        "no folder": f"sqlite:///{file}/hookline.db",
        "not migrated": f"sqlite:///{file.parent}/hookline.db",
    }[request.param]
    with serve(url, "some-key-that-must-not-be-logged") as served:
        yield served


def test_a_sender_whose_key_was_never_read_is_asked_to_come_back(away: Served) -> None:
    answer = away.post()
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "not stored" in answer.json()["message"]


def test_health_says_that_the_database_is_away(away: Served) -> None:
    answer = httpx.get(f"{away.url}/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] in ("database away", "database not ready")


def test_neither_the_key_nor_the_password_is_told(away: Served) -> None:
    told = away.post().text + httpx.get(f"{away.url}/healthz").text + away.log.read_text()
    assert "could not store a webhook" in told
    assert away.api_key not in told
    assert "secret" not in told


def test_the_console_says_so_in_words(serve: Serve) -> None:
    with serve(nobody_listens()) as served:
        answer = httpx.get(f"{served.url}/console/webhooks")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "cannot be reached" in answer.text


def test_what_no_code_was_written_for_is_logged_without_the_key(serve: Serve) -> None:
    with serve("no-such-database://", "a-key-not-to-be-logged") as served:
        assert served.post().status_code == 500
        log = served.log.read_text()
    assert "POST /webhooks/<api_key> failed" in log
    assert served.api_key not in log


def test_webhooks_are_stored_again_once_the_database_is_back(
    serve: Serve, postgres_copy: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_copy()
    with serve(url, key_in(url)) as served:
        monkeypatch.setenv("HOOKLINE_DATABASE_URL", url)
        stored(served.post())
        _end_all_connections(url)
        stored(served.post())
        assert count() == 2


def _end_all_connections(url: str) -> None:
    """Have PostgreSQL drop its connections, as it does when it is stopped and started."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    made = create_engine(url)
    with made.connect() as connection:
        connection.execute(
            text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        )
    made.dispose()
