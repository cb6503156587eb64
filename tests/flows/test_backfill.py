"""backfill as users run it: from Prefect's API as its UI does, by a real worker; and killed."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlmodel import delete, select

from models.database import reading, transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.identity import utc_now
from models.processing.claiming import put_back_stuck
from models.webhook import Status, WebhookEntity
from tests.backfilling import correct_by_sql, process, records, rows, statuses, store
from tests.site_events import a_form, a_tracked_page
from tests.stack import Stack

pytestmark = pytest.mark.prefect

ADA = {"EntityName": "FormSubmit", "FullName": "Ada Xanthippe", "Email": "xanthippe@example.com"}
NO_ENTITY = {"Email": "xanthippe@example.com"}
MANY = 700


def as_sent(**changed: Any) -> dict[str, Any]:
    """Return a form as Prefect's UI sends it: with every field, and `null` where it is empty."""
    webhooks: dict[str, Any] = {
        "statuses": ["Failed"],
        "sources": [],
        "entities": [],
        "kinds_of_error": [],
        "received_from": None,
        "received_until": None,
        "ids": [],
        "made_before": "skip",
    }
    records: dict[str, Any] = {
        "entities": [],
        "contact": "missing",
        "sources": [],
        "made_from": None,
        "made_until": None,
        "ids": [],
    }
    return {
        "stage": changed.get("stage", "all"),
        "dry_run": changed.get("dry_run", True),
        "limit": changed.get("limit", 1000),
        "webhooks": webhooks | changed.get("webhooks", {}),
        "records": records | changed.get("records", {}),
    }


def test_a_dry_run_shows_the_count_and_changes_nothing(stack: Stack, sqlite_database: str) -> None:
    store(NO_ENTITY, NO_ENTITY, source="shop")
    process()
    run = stack.run(sqlite_database, "backfill", what=as_sent(limit=1))
    assert run["state_type"] == "COMPLETED"
    assert run["state"]["message"] == (
        "2 webhooks would run again; the limit takes the oldest 1. Dry run: nothing was changed"
    )
    left = stack.artifacts(run)
    assert list(left) == ["backfill-count"]
    assert json.loads(left["backfill-count"]["data"]) == [
        {"status": "Failed", "source": "shop", "kind of error": "entity-missing", "webhooks": "2"}
    ]
    assert statuses() == {Status.FAILED: 2}


def test_what_was_put_right_becomes_records_and_contacts(
    stack: Stack, postgres_database: str
) -> None:
    (put_right, _) = store(NO_ENTITY, NO_ENTITY)
    process()
    correct_by_sql(put_right, ADA)
    run = stack.run(postgres_database, "backfill", what=as_sent(dry_run=False))
    assert run["state_type"] == "COMPLETED"
    assert run["state"]["message"] == "2 webhooks: 1 done, 1 failed"
    assert (statuses(), records()) == ({Status.DONE: 1, Status.FAILED: 1}, {put_right: 1})
    assert [form.contact_id for form in rows()] == [contact.id for contact in rows(Contact)]
    left = stack.artifacts(run)
    assert left["backfill-progress"]["data"] == 100
    assert {row["outcome"] for row in json.loads(left["backfill"]["data"])} == {"done", "failed"}
    files = [each for each in stack.home.glob("prefect/**/*") if each.is_file()]
    kept = b"".join(file.read_bytes() for file in [stack.log, *files])
    assert str(put_right).encode() in kept  # the search finds what is there
    assert b"xanthipp" not in kept.lower(), "people's data went to Prefect, or to a log"


def test_the_table_of_many_shows_first_what_failed_in_whichever_batch(
    stack: Stack, sqlite_database: str
) -> None:
    ids = store(*[NO_ENTITY] * 560)
    process()
    for webhook_id in ids[30:]:
        correct_by_sql(webhook_id, ADA)
    run = stack.run(sqlite_database, "backfill", what=as_sent(dry_run=False))
    assert run["state"]["message"] == "560 webhooks: 530 done, 30 failed"
    table = stack.artifacts(run)["backfill"]
    assert table["description"] == f"{run['state']['message']}. The table shows 100 of them."
    assert [row["outcome"] for row in json.loads(table["data"])] == ["failed"] * 30 + ["done"] * 70


def test_contacts_are_searched_for_again_once_a_rule_was_changed(
    stack: Stack, sqlite_database: str
) -> None:
    with transaction() as session:
        session.add(FormSubmit(full_name="Ada Xanthippe", email="xanthippe@example.com"))
        session.add(FormSubmit(notes="without a clue"))
    run = stack.run(
        sqlite_database, "backfill", what=as_sent(stage="contact search", dry_run=False)
    )
    assert run["state"]["message"] == "The contacts of 2 records were searched for again"
    assert [bool(form.contact_id) for form in rows()] == [True, False]
    assert all(form.contact_searched_at for form in rows())


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"limit": 0}, "'what.limit'. Failure reason: 0 is less than the minimum of 1"),
        ({"webhooks": {"statuses": ["Lost"]}}, "'Lost' is not one of ['New', 'Failed', 'Done']"),
        ({"webhooks": {"entities": ["Leed"]}}, "'Leed' is not one of ['Contact', "),
        ({"webhooks": {"kinds_of_error": ["bad"]}}, "'bad' is not one of ['content-type-missing'"),
        ({"stage": "everything"}, "'everything' is not one of ['all', 'contact search'"),
    ],
)
def test_the_form_refuses_what_there_is_not(
    stack: Stack, changed: dict[str, Any], says: str
) -> None:
    answer = stack.ask_for("backfill", "sqlite://", {"what": as_sent(**changed)})
    assert answer.status_code == 409
    assert says in answer.json()["detail"]


def test_dates_the_wrong_way_round_end_the_run_with_a_sentence(
    stack: Stack, sqlite_database: str
) -> None:
    store(NO_ENTITY)
    process()
    period = {
        "received_from": "2026-02-01T00:00:00.000Z",
        "received_until": "2026-01-01T00:00:00.000Z",
    }
    run = stack.run(sqlite_database, "backfill", what=as_sent(dry_run=False, webhooks=period))
    assert run["state_type"] == "FAILED"
    assert "“Received until” must be later than “Received from”" in run["state"]["message"]
    assert statuses() == {Status.FAILED: 1}


def test_site_events_wait_where_no_matomo_is_set_and_the_run_says_so(
    stack: Stack, sqlite_database: str
) -> None:
    a_tracked_page()
    a_form()
    a_form(None)
    run = stack.run(sqlite_database, "backfill", what=as_sent(stage="site events", dry_run=False))
    assert run["state_type"] == "COMPLETED"
    assert run["state"]["message"] == (
        "2 forms: 1 tracked, 1 no visitor id; 0 visitors fetched: 0 sessions written; "
        "1 not fetched yet (1 waiting); HOOKLINE_MATOMO_URL is empty"
    )


def test_a_backfill_killed_in_the_middle_and_run_again_loses_and_doubles_nothing(
    stack: Stack, database: str, tmp_path: Path
) -> None:
    with transaction() as session:
        session.exec(delete(WebhookEntity).where(WebhookEntity.name == "FormSubmit"))  # type: ignore[arg-type]
    ids = store(*({**ADA, "Email": f"xanthippe{n}@example.com"} for n in range(MANY)))
    process()
    assert statuses() == {Status.FAILED: MANY}
    with transaction() as session:
        session.add(WebhookEntity(name="FormSubmit"))

    again = (
        "from flows.backfill import backfill; from models.backfilling.form import Backfill;"
        f"backfill(Backfill(dry_run=False, limit={MANY}));"
    )
    log = tmp_path / "log"
    with stack.python(again, database, log) as running:
        _wait_until(lambda: statuses()[Status.DONE] > 100)
        running.kill()
    left = statuses()
    assert left[Status.DONE] < MANY, "it was not in the middle"

    with transaction() as session:  # what it had in hand goes back, an hour later
        put_back_stuck(session, utc_now() + timedelta(hours=1))
    then = again + (
        "from flows.create_entities import create_entities; create_entities();"
        "from flows.search_and_create_contact import search_and_create_contact as search; search()"
    )
    with stack.python(then, database, log) as running:
        assert running.wait(300) == 0, log.read_text()
    assert statuses() == {Status.DONE: MANY}
    assert records() == dict.fromkeys(ids, 1)
    assert len(rows()) == len(rows(Contact)) == MANY
    with reading() as session:
        tied = set(session.exec(select(FormSubmit.contact_id)))
    assert len(tied) == MANY and None not in tied


def _wait_until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 180
    while not holds():
        assert monotonic() < end
        sleep(0.01)
