"""The steps of a user's subflow, run by a real Prefect server, calling over real HTTP."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect import State, flow
from pytest_httpserver import HTTPServer
from sqlmodel import SQLModel, select
from werkzeug import Request, Response

import flows.steps
from flows.create_entities import create_entities
from flows.running import run_within
from flows.steps import call_url, notify, populate_site_events, search_contact, taken_up
from models.database import engine, reading, transaction
from models.entities import entities
from models.following.subflow import SubflowCall, SubflowState, SubflowStatus
from models.identity import new_id
from models.notifying.addresses import add_notification
from models.notifying.tables import Topic
from models.settings import ROOT
from models.webhook import Webhook, WebhookEntity
from tasks.steps import call_once
from tasks.webhooks import claim_webhooks, create_entity
from tests.prefect_server import a_prefect_server
from tests.users_package import users_package

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect", "badges")]

BADGE = '''\
class Badge(Entity, table=True):
    """A badge."""

    has_steps: ClassVar = True

    number: str = text(20, required=True)
'''

CALL = """
import sys
from uuid import UUID
from tasks.steps import call_once

call_once.fn("Badge", [UUID(sys.argv[1])], "print", sys.argv[2])
"""


@pytest.fixture(scope="module")
def prefect() -> Iterator[None]:
    with a_prefect_server():
        yield


FLOW = """\
import os
from uuid import UUID

from acme_badges.entities.badge import Badge
from prefect import State, flow

from flows.steps import call_url, search_contact, taken_up


@flow
def badge(record_ids: list[UUID] | None = None) -> State[None]:
    with taken_up(Badge, record_ids) as records:
        search_contact(records)
        call_url(records, "print", os.environ["PRINTER"])
    return records.state()
"""


@pytest.fixture
def badges(sqlite_database: str, tmp_path: Path) -> Iterator[None]:
    with users_package(tmp_path, "acme_badges", badge=BADGE, flow_badge=FLOW):
        table = entities()["Badge"].__table__  # type: ignore[attr-defined]
        SQLModel.metadata.create_all(engine(), tables=[table])
        yield


@pytest.fixture
def once_more_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry a call once, at once."""
    quick = call_once.with_options(retries=1, retry_delay_seconds=0)
    monkeypatch.setattr(flows.steps, "call_once", quick)


def badge(number: str) -> UUID:
    made: Any = entities()["Badge"]
    with transaction() as session:
        record = made(number=number)
        session.add(record)
        return UUID(str(record.id))


@flow(name="badge")
def print_badges(url: str, record_ids: list[UUID] | None = None) -> State[None]:
    with taken_up(entities()["Badge"], record_ids) as records:
        call_url(records, "print", url)
    return records.state()


def states() -> dict[UUID, tuple[str, str | None, str | None]]:
    with reading() as session:
        found = session.exec(select(SubflowState))
        return {each.record_id: (each.status, each.step, each.problem) for each in found}


class Printer:
    """A system of the user's that answers as it is told to, and remembers who called."""

    def __init__(self, server: HTTPServer) -> None:
        self.calls: list[tuple[str, str]] = []
        self.answers: dict[str, list[int]] = {}
        server.expect_request("/print").respond_with_handler(self._answer)
        self.url = server.url_for("/print")

    def _answer(self, request: Request) -> Response:
        number = str(request.get_json()["Number"])
        self.calls.append((number, request.headers["Idempotency-Key"]))
        answers = self.answers.get(number, [])
        return Response("", status=answers.pop(0) if answers else 200)


@pytest.fixture
def printer(httpserver: HTTPServer) -> Printer:
    return Printer(httpserver)


def send_webhook(number: str) -> None:
    with transaction() as session:
        if not session.exec(select(WebhookEntity).where(WebhookEntity.name == "Badge")).first():
            session.add(WebhookEntity(name="Badge"))
        session.add(
            Webhook(
                request_body=f'{{"EntityName": "Badge", "Number": "{number}"}}'.encode(),
                content_type="application/json",
                webhook_source="test",
                api_key=new_id(),
            )
        )


def test_a_webhook_becomes_a_record_whose_subflow_runs(
    printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRINTER", printer.url)
    send_webhook("1")
    assert run_within(create_entities).is_completed()
    assert [number for number, _ in printer.calls] == ["1"]
    assert list(states().values()) == [(SubflowStatus.DONE, None, None)]


def test_a_record_whose_run_was_killed_before_its_subflow_is_taken_up_by_the_next(
    printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRINTER", printer.url)
    send_webhook("1")
    create_entity.fn(claim_webhooks.fn(10))  # and here it is killed
    assert list(states().values()) == [(SubflowStatus.WAITING, None, None)]
    with transaction() as session:
        session.exec(select(SubflowState)).one().since -= timedelta(minutes=6)
    assert run_within(create_entities).is_completed()
    assert list(states().values()) == [(SubflowStatus.DONE, None, None)]


def test_a_subflow_that_fails_undoes_no_record(
    printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRINTER", printer.url)
    printer.answers = {"1": [422]}
    send_webhook("1")
    state = run_within(create_entities)
    assert state.is_failed()
    assert state.message == "1 webhook: 1 done; failed: the subflow of Badge"
    assert list(states().values()) == [(SubflowStatus.FAILED, "print", "HTTP 422")]


@flow(name="badge")
def tell_of_badges(record_ids: list[UUID] | None = None) -> State[None]:
    with taken_up(entities()["Badge"], record_ids) as records:
        notify(records, "tell the doorman", "doorman")
    return records.state()


def test_an_address_is_told_once_of_all_records_in_one_message(httpserver: HTTPServer) -> None:
    told: list[str] = []

    def hear(request: Request) -> Response:
        told.append(request.get_json()["message"])
        return Response("")

    httpserver.expect_request("/told").respond_with_handler(hear)
    with transaction() as session:
        address = f"json://127.0.0.1:{httpserver.port}/told"
        add_notification(session, "doorman", address, [Topic.STUCK_QUEUE], None, False)
    record_ids = [badge("1"), badge("2")]
    assert run_within(tell_of_badges, record_ids).is_completed()
    assert run_within(tell_of_badges, record_ids).is_completed()
    (message,) = told
    assert message.startswith("2 records of Badge:")
    assert all(str(record_id) in message for record_id in record_ids)


@flow(name="badge")
def all_about_people(record_ids: list[UUID]) -> State[None]:
    with taken_up(entities()["Badge"], record_ids) as records:
        search_contact(records)
        populate_site_events(records)
    return records.state()


def test_an_entity_that_names_no_person_passes_the_steps_about_people() -> None:
    assert run_within(all_about_people, [badge("1")]).is_completed()
    assert set(states().values()) == {(SubflowStatus.DONE, None, None)}


def test_records_stop_where_there_is_no_such_notification() -> None:
    record_ids = [badge("1")]
    assert run_within(tell_of_badges, record_ids).is_failed()
    problem = (SubflowStatus.FAILED, "tell the doorman", "no such notification")
    assert list(states().values()) == [problem]


def test_each_record_is_posted_once_however_often_the_flow_runs(printer: Printer) -> None:
    record_ids = [badge("1"), badge("2")]
    assert run_within(print_badges, printer.url, record_ids).is_completed()
    assert run_within(print_badges, printer.url, record_ids).is_completed()
    assert sorted(number for number, _ in printer.calls) == ["1", "2"]
    assert set(states().values()) == {(SubflowStatus.DONE, None, None)}


def test_a_call_that_is_refused_stops_its_record_alone_and_is_taken_up_again(
    printer: Printer,
) -> None:
    through, stopped = badge("1"), badge("2")
    printer.answers = {"2": [422]}
    state = run_within(print_badges, printer.url, [through, stopped])
    assert state.is_failed()
    assert state.message == "2 records: 1 done, 1 stopped; see subflow_state"
    assert states() == {
        through: (SubflowStatus.DONE, None, None),
        stopped: (SubflowStatus.FAILED, "print", "HTTP 422"),
    }
    assert run_within(print_badges, printer.url).is_completed()
    (_, _, again) = printer.calls
    assert again in printer.calls[:2]
    assert states()[stopped] == (SubflowStatus.DONE, None, None)


@pytest.mark.usefixtures("once_more_at_once")
def test_a_call_that_the_other_side_is_too_busy_for_is_tried_again(printer: Printer) -> None:
    record_id = badge("1")
    printer.answers = {"1": [503]}
    assert run_within(print_badges, printer.url, [record_id]).is_completed()
    assert len(printer.calls) == 2
    assert len(set(printer.calls)) == 1


@pytest.mark.usefixtures("once_more_at_once")
def test_where_no_one_answers_the_record_stops_and_says_why() -> None:
    record_id = badge("1")
    assert run_within(print_badges, "http://127.0.0.1:9/", [record_id]).is_failed()
    assert states() == {record_id: (SubflowStatus.FAILED, "print", "ConnectError")}


def test_a_step_of_ones_own_that_raises_stops_the_records_at_it() -> None:
    @flow(name="broken-badge")
    def broken(record_ids: list[UUID]) -> None:
        with taken_up(entities()["Badge"], record_ids) as records:
            records.at("fold")
            raise ZeroDivisionError

    record_id = badge("1")
    assert run_within(broken, [record_id]).is_failed()
    assert states() == {record_id: (SubflowStatus.FAILED, "fold", "ZeroDivisionError")}


def test_a_call_that_a_crash_cut_off_is_repeated_with_the_same_key(
    httpserver: HTTPServer, sqlite_database: str, tmp_path: Path
) -> None:
    record_id = badge("1")
    keys: list[str] = []

    def _kill_the_first(request: Request) -> Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) == 1:
            os.kill(caller.pid, signal.SIGKILL)
        return Response("")

    httpserver.expect_request("/print").respond_with_handler(_kill_the_first)
    url = httpserver.url_for("/print")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    caller = subprocess.Popen(
        [sys.executable, "-c", CALL, str(record_id), url],
        env={**os.environ, "HOOKLINE_DATABASE_URL": sqlite_database, "PYTHONPATH": path},
    )
    assert caller.wait(180) == -signal.SIGKILL
    with reading() as session:
        assert session.exec(select(SubflowCall.done_at)).one() is None
    assert run_within(print_badges, url, [record_id]).is_completed()
    assert run_within(print_badges, url, [record_id]).is_completed()
    assert len(keys) == 2
    assert len(set(keys)) == 1
