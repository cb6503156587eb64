"""What was answered 200 is stored once: the receiver over HTTP while its database is away."""

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import enumerate as threads
from time import sleep

import httpx
import pytest
from sqlalchemy import create_engine, text

from models.database import transaction
from models.identity import utc_now
from models.receiving.spool import segments
from models.source import add_source
from receiver import create_app
from tests.processes import alive, descendants
from tests.receiver.conftest import (
    SPOOLING,
    STORE_TIMEOUT,
    Serve,
    Served,
    count,
    key_in,
    stored,
    within,
)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Keep all writers off the table of webhooks."""
    made = create_engine(url)
    sqlite = made.dialect.name == "sqlite"
    with made.connect() as connection:
        connection.execute(
            text("BEGIN IMMEDIATE" if sqlite else "LOCK TABLE webhook IN EXCLUSIVE MODE")
        )
        yield
        connection.rollback()
    made.dispose()


@pytest.fixture
def spooling(database: str, serve: Serve) -> Iterator[Served]:
    """Serve a database of its own to a sender whose key has been used."""
    with serve(database, key_in(database), **SPOOLING) as served:
        stored(served.post())
        yield served


def test_a_table_that_is_locked_costs_no_webhook(database: str, spooling: Served) -> None:
    with locked(database):
        began, answer = utc_now(), spooling.post(b"while it was locked")
        answered = utc_now()
        assert answer.status_code == 200
        assert utc_now() - began < timedelta(seconds=STORE_TIMEOUT + 3)
        assert len(segments(spooling.spool)) == 1
        sleep(2)
    assert within(20, lambda: count() == 2)
    webhook = stored(answer)
    assert webhook.request_body == b"while it was locked"
    assert began <= webhook.received_at <= answered
    assert within(20, lambda: segments(spooling.spool) == [])


def test_what_comes_after_the_database_is_back_goes_to_the_table(
    database: str, spooling: Served
) -> None:
    with locked(database):
        spooling.post()
    assert within(20, lambda: count() == 2 and segments(spooling.spool) == [])
    stored(spooling.post())


def test_many_at_once_are_all_answered_and_all_stored_once(database: str, spooling: Served) -> None:
    def _post(number: int) -> httpx.Response:
        return spooling.post(b"%d" % number)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(_post, range(100)))
        with locked(database):
            answers += pool.map(_post, range(100, 200))
        answers += pool.map(_post, range(200, 300))
    assert within(20, lambda: count() == 301)
    assert [int(stored(answer).request_body) for answer in answers] == list(range(300))


def test_a_receiver_that_was_killed_delivers_its_spool_when_it_is_back(
    database: str, serve: Serve, tmp_path: Path
) -> None:
    more, key = SPOOLING | {"HOOKLINE_SPOOL_PATH": str(tmp_path)}, key_in(database)
    with serve(database, key, **more) as served:
        stored(served.post())
        with locked(database):
            answers = [served.post(b"before"), served.post(b"before")]
            kill(served.pid)
    with locked(database), serve(database, key, **more) as served:
        answers.append(served.post(b"after"))
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert count() == 1
    with serve(database, key, **more):
        assert within(20, lambda: count() == 4)
    assert [stored(answer).request_body for answer in answers] == [b"before", b"before", b"after"]


def kill(pid: int) -> None:
    """Kill a receiver and its worker as a loss of power does."""
    for each in [pid, *descendants(pid)]:
        os.kill(each, signal.SIGKILL)


def test_a_spool_that_is_full_asks_the_sender_to_come_back(database: str, serve: Serve) -> None:
    with serve(database, key_in(database), HOOKLINE_SPOOL_MAX_BYTES="2000", **SPOOLING) as served:
        stored(served.post())
        with locked(database):
            answers = [served.post(bytes(500)) for _ in range(4)]
        codes = [answer.status_code for answer in answers]
        assert codes == [200] * codes.count(200) + [503] * codes.count(503)
        assert 0 < codes.count(200) < 4
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert within(20, lambda: count() == 1 + codes.count(200))
        assert within(20, lambda: served.post(bytes(500)).status_code == 200)


def test_a_new_key_works_at_once_and_a_removed_one_no_longer(spooling: Served) -> None:
    with transaction() as session:
        added = add_source(session, "another")
    assert httpx.post(f"{spooling.url}/webhooks/{added}").status_code == 200
    with transaction() as session:
        session.connection().execute(text("DELETE FROM webhook_key"))
    assert within(20, lambda: spooling.post().status_code == 401)


def test_what_was_taken_is_answered_when_the_receiver_is_told_to_stop(
    database: str, spooling: Served
) -> None:
    with ThreadPoolExecutor(1) as pool, locked(database):
        answer = pool.submit(spooling.post)
        sleep(0.9 * STORE_TIMEOUT)
        os.kill(spooling.pid, signal.SIGTERM)
        assert answer.result().status_code == 200
    assert len(segments(spooling.spool)) == 1


def test_a_sender_that_never_ends_its_request_does_not_keep_the_receiver_from_stopping(
    sqlite_database: str, serve: Serve
) -> None:
    with serve(sqlite_database) as served:
        port = int(served.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(b"POST /webhooks/key HTTP/1.1\r\nContent-Length: 100\r\n\r\nand then?")
            sleep(0.5)
            os.kill(served.pid, signal.SIGTERM)
            assert within(10, lambda: alive({served.pid}) == set())


@pytest.mark.usefixtures("sqlite_database")
def test_no_thread_is_started_before_the_first_webhook_where_the_spool_is_empty() -> None:
    before = set(threads())
    create_app()
    assert set(threads()) <= before  # one of another test's may have ended meanwhile
