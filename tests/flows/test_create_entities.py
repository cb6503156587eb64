"""create-entities as users run it: deployed to a real Prefect server, run by a real worker."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from models.database import engine, reading, transaction
from models.entities.form_submit import FormSubmit
from models.settings import settings
from models.source import add_source
from models.webhook import Status, Webhook
from receiver import create_app
from tests.conftest import MakeDatabase
from tests.processes import free_port
from tests.stack import Stack
from tests.webhooks import records, statuses

PERSON = {"LastName": "Xanthippides", "Email": "xanthippe@example.com", "Phone": "+12025550177"}
BODIES: list[dict[str, Any]] = [
    {"EntityName": "FormSubmit", **PERSON},
    {"EntityName": "FormSubmit", **PERSON, "BirthDate": "Xanthippeday"},
    {"EntityName": "Order", "Number": "A-1", "Name": "Xanthippides"},
    {"EntityName": "Xanthippebill", **PERSON},
    {**PERSON},
]


@dataclass(frozen=True)
class Ran:
    """A run that has ended, and the webhooks that waited for it, in the order of `BODIES`."""

    run: dict[str, Any]
    webhook_ids: list[UUID]
    database_url: str


@pytest.fixture(scope="module")
def once(stack: Stack, postgres_copy: MakeDatabase) -> Ran:
    """Post a few webhooks, good and bad, and have one run process them."""
    url = postgres_copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOKLINE_DATABASE_URL", url)
        settings.cache_clear()
        ids = [_post(body) for body in BODIES]
        engine().dispose()
    settings.cache_clear()
    return Ran(stack.run(url), ids, url)


@pytest.fixture
def ran(once: Ran, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ran]:
    """Have the settings name the database of that run."""
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", once.database_url)
    settings.cache_clear()
    yield once
    engine().dispose()


def _post(body: dict[str, Any]) -> UUID:
    with transaction() as session:
        api_key = add_source(session, f"source of {len(json.dumps(body))} characters")
    answer = create_app().test_client().post(f"/webhooks/{api_key}", json=body)
    return UUID(answer.get_json()["id"])


def test_webhooks_become_records(ran: Ran) -> None:
    assert statuses() == {Status.DONE: 3, Status.FAILED: 2}
    assert records() == dict.fromkeys(ran.webhook_ids[:3], 1)
    with reading() as session:
        forms = session.exec(select(FormSubmit).order_by(FormSubmit.id)).all()  # type: ignore[arg-type]
    assert [form.last_name for form in forms] == [PERSON["LastName"]] * 2


def test_a_webhook_names_the_run_that_processed_it(ran: Ran) -> None:
    with reading() as session:
        runs = {str(each) for each in session.exec(select(Webhook.flow_run_id))}
    assert runs == {ran.run["id"]}


def test_a_run_with_bad_webhooks_completes_and_counts_them(ran: Ran) -> None:
    assert ran.run["state_type"] == "COMPLETED"
    assert ran.run["state"]["message"] == "5 webhooks: 2 done, 1 done with warnings, 2 failed"


def test_a_run_is_named_by_its_minute_and_tagged(ran: Ran) -> None:
    assert ran.run["name"] == f"create-entities {ran.run['start_time'][:16].replace('T', ' ')}"
    assert ran.run["tags"] == ["webhooks"]


def test_a_run_leaves_a_table_of_what_each_webhook_became(stack: Stack, ran: Ran) -> None:
    (artifact,) = stack.post(
        "artifacts/filter", artifacts={"flow_run_id": {"any_": [ran.run["id"]]}}
    )
    rows = {UUID(row["webhook"]): row for row in json.loads(artifact["data"])}
    assert set(rows) == set(ran.webhook_ids)
    outcomes = [rows[each] for each in ran.webhook_ids]
    assert [(row["outcome"], row["entity"], row["errors"]) for row in outcomes] == [
        ("done", "FormSubmit", ""),
        ("done with warnings", "FormSubmit", "value-not-cast (BirthDate)"),
        ("done", "Order", ""),
        ("failed", "", "entity-not-found"),
        ("failed", "", "entity-missing"),
    ]


def test_each_entity_with_a_subflow_has_it_run_once_for_the_batch(stack: Stack, ran: Ran) -> None:
    children = stack.post(
        "flow_runs/filter",
        flow_runs={"parent_flow_run_id": {"any_": [ran.run["id"]]}},
    )
    assert sorted((each["state_type"], each["state"]["message"]) for each in children) == [
        ("COMPLETED", "Contacts of 1 record: 1 made"),
        (
            "COMPLETED",
            "Contacts of 2 records: 1 found, 1 made; 2 forms: 2 not tracked; "
            "No visitor was fetched",
        ),
    ]


def test_nothing_of_a_person_is_in_what_prefect_keeps_or_anyone_logs(
    stack: Stack, ran: Ran
) -> None:
    files = [each for each in stack.home.glob("prefect/**/*") if each.is_file()]
    kept = b"".join(file.read_bytes() for file in [stack.log, *files])
    assert str(ran.webhook_ids[0]).encode() in kept  # the search finds what is there
    assert b"xanthipp" not in kept.lower()  # a name that no run is given by chance
    assert PERSON["Phone"].encode() not in kept


def test_a_run_whose_database_is_away_retries_and_ends_failed(stack: Stack) -> None:
    run = stack.run(f"postgresql+psycopg://hookline:secret@127.0.0.1:{free_port()}/hookline")
    assert run["state_type"] == "FAILED"
    assert "DatabaseAwayError: OperationalError" in run["state"]["message"]
    assert "secret" not in run["state"]["message"]
    tasks = stack.post("task_runs/filter", task_runs={"flow_run_id": {"any_": [run["id"]]}})
    assert [(each["name"][:14], each["run_count"]) for each in tasks] == [("find_left_behi", 5)]
