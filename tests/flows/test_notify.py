"""notify, run by a real Prefect server, to addresses that are up, down and slow, over real HTTP."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from prefect import State
from prefect.settings import PREFECT_API_URL
from pytest_httpserver import HTTPServer
from sqlmodel import select
from werkzeug import Request, Response

from flows.create_entities import create_entities
from flows.notify import notify
from flows.telling import tell_of
from models.database import reading, transaction
from models.identity import new_id, utc_now
from models.notifying.addresses import add_notification
from models.notifying.tables import Notification, Topic
from models.processing.outcome import Outcome
from models.reading.parse_error import Kind
from models.settings import ROOT, settings
from models.webhook import Status, Webhook, WebhookParseError
from tasks.sending import send
from tests.prefect_server import a_prefect_server

pytestmark = [pytest.mark.prefect]

EMAIL = "ada@example.com"
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def prefect() -> Iterator[str]:
    """Start a Prefect server, and return the URL of its API."""
    with a_prefect_server():
        yield str(PREFECT_API_URL.value())


@pytest.fixture
def ops(httpserver: HTTPServer) -> list[dict[str, Any]]:
    """Be an address that takes messages, and return those that it took."""
    taken: list[dict[str, Any]] = []

    def _take(request: Request) -> Response:
        taken.append(json.loads(request.data))
        return Response("")

    httpserver.expect_request("/ops").respond_with_handler(_take)
    return taken


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def set_up(name: str, port: int, *topics: Topic) -> None:
    with transaction() as session:
        made = add_notification(session, name, f"json://127.0.0.1:{port}/{name}", topics)
        made.told_until = made.alarms_told_until = utc_now() - 30 * MINUTE


def fail(count: int, status: Status = Status.FAILED) -> None:
    at = utc_now() - 20 * MINUTE
    with transaction() as session:
        for _ in range(count):
            webhook = Webhook(
                request_body=EMAIL.encode(),
                webhook_source="forms",
                api_key=new_id(),
                received_at=at,
                status=status,
                status_since=at,
            )
            session.add(webhook)
            session.flush()
            session.add(
                WebhookParseError(
                    webhook_id=webhook.id,
                    kind=Kind.CONTENT_TYPE_MISSING,
                    message=EMAIL,
                    advice="Send one.",
                    logged_at=at,
                )
            )


def run() -> State[None]:
    state: Any = notify(return_state=True)
    assert isinstance(state, State)
    return state


def events(prefect: str, name: str, holding: str = "") -> list[dict[str, Any]]:
    """Read events that hold a text, which the server takes in a moment after they were emitted."""
    asked = {"filter": {"event": {"name": [name]}}}
    end = monotonic() + 90
    while monotonic() < end:
        all_of_it = httpx.post(f"{prefect}/events/filter", json=asked).json()["events"]
        if found := [event for event in all_of_it if holding in json.dumps(event)]:
            return found
        sleep(0.2)
    return []


def state_of(name: str) -> Notification:
    with reading() as session:
        return session.exec(select(Notification).where(Notification.name == name)).one()


@pytest.mark.usefixtures("database", "prefect")
def test_a_hundred_errors_are_one_message_and_are_told_once(
    httpserver: HTTPServer, ops: list[dict[str, Any]]
) -> None:
    set_up("ops", httpserver.port, Topic.PROCESSING_ERRORS)
    fail(100)
    assert run().message == "1 notification: 1 sent"
    assert run().message == "1 notification: 1 had nothing to tell"
    (message,) = ops
    assert message["title"] == "Hookline: 100 processing errors"
    assert EMAIL not in message["message"]


@pytest.mark.usefixtures("sqlite_database", "prefect")
def test_an_address_that_is_down_keeps_no_other_waiting_and_hears_it_later(
    httpserver: HTTPServer, ops: list[dict[str, Any]]
) -> None:
    port = free_port()
    set_up("down", port, Topic.PROCESSING_ERRORS)
    set_up("ops", httpserver.port, Topic.PROCESSING_ERRORS)
    fail(1)
    state = run()
    assert (state.is_failed(), len(ops)) == (True, 1)
    assert state.message == "2 notifications: 1 sent, 1 not reached"
    assert state_of("down").failing_since is not None
    with HTTPServer(port=port) as up_again:
        up_again.expect_oneshot_request("/down").respond_with_data("")
        assert run().message == "2 notifications: 1 sent, 1 had nothing to tell"
        up_again.check()
    assert state_of("down").failing_since is None


def test_an_address_that_is_slow_is_given_up_in_time(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/slow").respond_with_handler(_drip)
    begin = monotonic()
    assert not send(f"json://127.0.0.1:{httpserver.port}/slow?rto=60", "title", "body", 2)
    assert 2 <= monotonic() - begin < 15


def _drip(_: Request) -> Response:
    def _slowly() -> Iterator[bytes]:
        for _ in range(300):  # something always comes, so that no timeout of a socket ends it
            yield b"."
            sleep(0.1)

    return Response(_slowly())


@pytest.mark.usefixtures("sqlite_database")
def test_a_stuck_queue_is_told_to_people_and_to_prefect_once(
    httpserver: HTTPServer, ops: list[dict[str, Any]], prefect: str
) -> None:
    set_up("ops", httpserver.port, Topic.STUCK_QUEUE)
    fail(1, status=Status.NEW)
    # As a worker runs it: a process of its own, whose events are sent before it ends.
    environment = {**os.environ, "PREFECT_API_URL": prefect}
    subprocess.run([sys.executable, "-m", "flows.notify"], env=environment, check=True, cwd=ROOT)
    run()
    assert [message["title"] for message in ops] == ["Hookline: the queue is stuck"]
    assert len(events(prefect, "hookline.queue.stuck")) == 1


@pytest.mark.usefixtures("sqlite_database")
def test_create_entities_tells_prefect_of_the_webhooks_that_failed(prefect: str) -> None:
    with transaction() as session:
        webhook = Webhook(request_body=EMAIL.encode(), webhook_source="forms", api_key=new_id())
        session.add(webhook)
    create_entities()
    (failed,) = events(prefect, "hookline.webhooks.failed", holding=str(webhook.id))
    assert failed["payload"]["kinds"] == {"content-type-missing": 1}
    assert any(each["prefect.resource.role"] == "flow-run" for each in failed["related"])
    assert EMAIL not in json.dumps(failed)


def test_a_run_tells_prefect_of_its_batch_in_counts_kinds_and_ids(prefect: str) -> None:
    ids = [new_id() for _ in range(300)]
    tell_of(
        [Outcome(each, Status.FAILED, errors=((Kind.ENTITY_MISSING, None),)) for each in ids]
        + [Outcome(new_id(), Status.DONE)]
    )
    (received,) = events(prefect, "hookline.webhooks.received", holding='"count": 301')
    (failed,) = events(prefect, "hookline.webhooks.failed", holding=str(ids[0]))
    assert received["payload"] == {"count": 301, "outcomes": {"failed": 300, "done": 1}}
    assert failed["payload"]["kinds"] == {"entity-missing": 300}
    assert failed["payload"]["webhooks"] == [str(each) for each in ids[:100]]
    assert failed["related"][0]["prefect.resource.id"] == "hookline.error.entity-missing"


@pytest.mark.usefixtures("sqlite_database")
def test_neither_address_nor_data_is_ever_in_prefect(
    httpserver: HTTPServer, prefect: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Look through all that the server keeps and all that was printed, with data asked for."""
    httpserver.expect_request("/hunter2").respond_with_data("")
    for name, port in (("hunter2", httpserver.port), ("hunter3", free_port())):
        set_up(name, port, Topic.PROCESSING_ERRORS, Topic.NEW_WEBHOOKS)
    with transaction() as session:
        for each in session.exec(select(Notification)):
            each.with_data = True
    fail(1)
    assert run().message == "2 notifications: 1 sent, 1 not reached"
    kept = [
        httpx.post(f"{prefect}/{what}/filter", json={"limit": 200}).text
        for what in ("flow_runs", "task_runs", "logs", "artifacts")
    ]
    said = "".join([*kept, *capfd.readouterr(), str(settings().home)])
    assert "notification" in said
    assert not [secret for secret in (EMAIL, "hunter2", "hunter3", "json://") if secret in said]
