"""populate-site-events and synchronize-site-events, with a real Prefect server and Matomo."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from time import sleep, time
from typing import Any
from uuid import UUID

import pytest
from prefect import State
from prefect.blocks.system import Secret
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL
from sqlalchemy import text

from flows.populate_site_events import populate_site_events
from flows.synchronize_site_events import synchronize_site_events
from models.database import transaction
from models.settings import ROOT, settings
from tasks.pace import pace_of
from tests import matomo as fake
from tests.matomo import FakeMatomo, matomo
from tests.matomo_shapes import every_type, page_view, visit
from tests.prefect_server import a_prefect_server
from tests.site_events import (
    ADA,
    BOB,
    a_form,
    a_tracked_page,
    actions,
    contact_of,
    everything,
    sessions,
    the_visitor,
    time_passes,
)

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("site events")]

on_both_databases = pytest.mark.parametrize("server", ["sqlite", "postgres"], indirect=True)

AT = int(time()) - 600


@pytest.fixture(scope="module", autouse=True)
def prefect_server() -> Iterator[None]:
    with a_prefect_server():
        yield


@pytest.fixture
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMatomo]:
    """Run a Matomo that the settings name, with a tracked page whose visitor it knows."""
    request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_database")
    with matomo() as made:
        _set(monkeypatch, MATOMO_URL=made.url, MATOMO_TOKEN=fake.TOKEN)
        a_tracked_page()
        made.add(ADA, visit(1, ADA, AT, every_type(AT)))
        yield made


def _set(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"HOOKLINE_{name}", value)
    settings.cache_clear()


def populate(*record_ids: UUID) -> State[Any]:
    return populate_site_events(list(record_ids) or None, return_state=True)


def message_of(state: State[Any]) -> str:
    assert state.is_completed(), state
    return state.message or ""


@on_both_databases
def test_the_contact_of_a_form_gets_sessions_and_actions(server: FakeMatomo) -> None:
    form_id = a_form()
    message = message_of(populate(form_id))
    assert message == ("1 form: 1 tracked; 1 visitor fetched: 1 session, 9 actions written")
    assert [made.contact_id for made in sessions()] == [contact_of(form_id)]
    assert len(actions()) == 9


def test_all_forms_that_wait_are_taken_where_none_is_named(server: FakeMatomo) -> None:
    for visitor_id in (ADA, BOB, None, "nonsense"):
        a_form(visitor_id)
    a_form(page_url="https://not.tracked.example")
    message = message_of(populate())
    assert message.startswith(
        "5 forms: 2 tracked, 1 not tracked, 1 no visitor id, 1 visitor id refused; 2 visitors"
    )


@on_both_databases
def test_run_twice_changes_nothing(server: FakeMatomo) -> None:
    form_id = a_form()
    populate(form_id)
    before = everything()
    assert "0 sessions, 0 actions" in message_of(populate(form_id))
    assert message_of(populate()) == "No form waited; No visitor was fetched"
    assert everything() == before


@on_both_databases
def test_a_visit_that_was_still_open_is_completed_40_minutes_later(server: FakeMatomo) -> None:
    populate(a_form())
    server.visits[1, ADA][0] = visit(1, ADA, AT, [*every_type(AT), page_view(50, AT + 900)])
    assert "No visitor" in message_of(populate())
    time_passes(timedelta(minutes=41))
    assert "1 session, 10 actions" in message_of(populate())
    assert len(actions()) == 10


@on_both_databases
def test_the_daily_run_asks_only_for_what_is_new(server: FakeMatomo) -> None:
    populate(a_form())
    time_passes(timedelta(minutes=41))
    populate()
    time_passes(timedelta(hours=21))
    server.add(ADA, visit(2, ADA, AT + 60, [page_view(60, AT + 60)]))
    assert "1 session, 1 action " in message_of(synchronize_site_events(return_state=True))
    assert int(server.asked[-1]["minTimestamp"]) > AT - 7200
    assert message_of(synchronize_site_events(return_state=True)) == "No visitor was fetched"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(fake.too_many, "too-many-requests"), (fake.error_object, "error-object")],
)
def test_where_matomo_is_not_well_the_run_is_completed_and_the_next_takes_it_up(
    server: FakeMatomo, fault: fake.Fault, kind: str
) -> None:
    server.always = fault
    assert message_of(populate(a_form())).endswith(f"1 failed (1 {kind}); 1 wait")
    assert the_visitor().error_kind == kind
    server.always = None
    time_passes(timedelta(minutes=6))
    pace_of.cache_clear()  # as for a run that is a process of its own
    assert "1 session" in message_of(populate())
    assert (the_visitor().error_kind, the_visitor().failures) == (None, 0)


def test_a_task_tries_again_where_matomo_stumbles(server: FakeMatomo) -> None:
    server.faults = [fake.server_error, fake.html]
    assert "1 session" in message_of(populate(a_form()))
    assert len(server.asked) == 3


def thirty_visitors() -> None:
    for number in range(30):
        a_form(f"{number:016x}")


def test_a_matomo_that_is_away_is_not_asked_for_everybody(server: FakeMatomo) -> None:
    thirty_visitors()
    server.always = fake.too_many
    message = message_of(populate())
    assert "25 failed" in message
    assert message.endswith("30 wait")
    assert len(server.asked) <= settings().matomo_concurrency


def test_a_matomo_that_refuses_some_is_asked_for_the_others(server: FakeMatomo) -> None:
    thirty_visitors()
    server.faults = [fake.not_allowed] * 25
    message = message_of(populate())
    assert "5 visitors fetched" in message
    assert message.endswith("25 failed (25 not-allowed); 25 wait")


def test_what_cannot_be_read_is_counted_and_the_rest_is_kept(server: FakeMatomo) -> None:
    server.add(ADA, visit(2, ADA, AT, []) | {"idVisit": ""}, visit(3, BOB, AT, []))
    assert message_of(populate(a_form())).endswith("9 actions written; 2 could not be read")


def test_without_an_address_of_matomo_the_forms_wait(
    server: FakeMatomo, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(monkeypatch, MATOMO_URL="")
    assert message_of(populate(a_form())).endswith("No visitor was fetched; 1 wait")


def test_the_token_may_come_from_a_secret_block(
    server: FakeMatomo, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(monkeypatch, MATOMO_TOKEN="", MATOMO_TOKEN_BLOCK="matomo-token")
    form_id = a_form()
    assert "1 failed (1 no-token-block)" in message_of(populate(form_id))
    Secret(value=fake.TOKEN).save("matomo-token")
    assert "1 session" in message_of(populate(form_id))


def test_matomo_is_told_of_a_lead_once(server: FakeMatomo, monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, MATOMO_LEAD_CREATED="event")
    form_id = a_form()
    assert "Matomo was told of 1" in message_of(populate(form_id))
    populate(form_id)
    assert [told["_id"] for told in server.told] == [ADA]


def test_a_database_that_is_away_fails_the_run(
    server: FakeMatomo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks import site_events

    monkeypatch.setattr(
        "flows.populate_site_events.note_form_tracking",
        site_events.note_form_tracking.with_options(retries=0),
    )
    _set(monkeypatch, DATABASE_URL="postgresql+psycopg://127.0.0.1:1/none")
    assert populate().is_failed()


def test_a_run_that_was_killed_loses_nothing_and_repeats_nothing(server: FakeMatomo) -> None:
    a_form()
    server.always = partial(fake.slow_to_end, 20)
    killed = subprocess.Popen(
        [sys.executable, "-m", "flows.populate_site_events"],
        cwd=ROOT,
        env=os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value())},
    )
    while not server.asked:
        assert killed.poll() is None
        sleep(0.1)
    killed.kill()
    killed.wait()
    server.always = None
    assert message_of(populate()) == "No form waited; No visitor was fetched"
    time_passes(timedelta(minutes=16))
    assert "1 session, 9 actions" in message_of(populate())


def test_what_the_database_refuses_fails_that_visitor_alone(server: FakeMatomo) -> None:
    a_form()
    a_form(BOB)
    with transaction() as session:
        session.execute(text("DROP TABLE web_action"))
    message = message_of(populate())
    assert message.endswith(
        "1 visitor fetched: 0 sessions, 0 actions written; 1 failed (1 database-refused); 1 wait"
    )


def test_prefect_keeps_no_data_of_people(server: FakeMatomo) -> None:
    populate(form_id := a_form(email="ada@example.com"))
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs() + client.read_task_runs()
        artifacts = client.read_artifacts()
        logs = client.read_logs()
    kept = repr(runs) + repr(artifacts) + repr(logs)
    assert str(the_visitor().id) in kept
    assert str(form_id) in kept
    for secret in ("ada@example.com", ADA, fake.TOKEN, "192.0.2.7", "shop.example"):
        assert secret not in kept
