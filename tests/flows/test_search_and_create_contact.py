"""search-and-create-contact by itself, on a real Prefect server."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort

from flows.entities.form_submit import form_submit
from flows.search_and_create_contact import search_and_create_contact
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.entities.lead import Lead
from models.matching.rules import Decision
from models.matching.tables import ContactDecision
from tasks.contacts import search_and_create
from tests.models.searching import PHONE, rows, submit
from tests.prefect_server import a_prefect_server

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("sqlite_database")]

NAME, EMAIL = "Zebulon Quux", "zebulon@example.com"
FORM = {"full_name": NAME, "email": EMAIL, "phone": PHONE}


@pytest.fixture(scope="module", autouse=True)
def prefect_server() -> Iterator[None]:
    with a_prefect_server():
        yield


def last_run() -> FlowRun:
    with get_client(sync_client=True) as client:
        (run,) = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
        return run


def searches() -> int:
    """Count the runs of the contact search so far."""
    with get_client(sync_client=True) as client:
        of_search = FlowFilter(name=FlowFilterName(any_=["search-and-create-contact"]))
        return len(client.read_flow_runs(flow_filter=of_search))


def message(state: Any) -> str:
    return str(state.message)


def test_given_nothing_it_takes_all_that_wait_of_every_entity() -> None:
    submit(FORM, FORM, {"notes": "no clue"})
    submit({"contact": NAME, "email": EMAIL}, entity=Lead)
    state = search_and_create_contact(return_state=True)
    (contact,) = rows(Contact)
    assert {each.contact_id for each in rows(Lead)} == {contact.id}
    assert message(state) == "Contacts of 4 records: 2 found, 1 made, 1 without a clue"


def test_a_second_run_finds_nothing_that_waits() -> None:
    submit(FORM)
    search_and_create_contact(return_state=True)
    state = search_and_create_contact(return_state=True)
    assert message(state) == "No record waited for its contact"
    assert len(rows(ContactDecision)) == 1


def test_a_search_that_is_tried_again_tells_of_those_it_was_through_with() -> None:
    record_ids = submit(FORM, FORM, {"notes": "no clue"})

    @flow
    def tried_twice() -> list[list[Decision]]:
        return [search_and_create("FormSubmit", record_ids) for _ in range(2)]

    first, again = (sorted(each, key=lambda one: one.record_id) for each in tried_twice())
    assert [decision.record_id for decision in first] == record_ids
    assert again == first


def test_given_ids_it_takes_those_alone_and_evidence_names_the_run() -> None:
    first, _second = submit(FORM, FORM)
    search_and_create_contact("FormSubmit", [first, uuid4()])
    (evidence,) = rows(ContactDecision)
    assert (evidence.record_id, evidence.flow_run_id) == (first, last_run().id)
    assert sum(form.contact_searched_at is None for form in rows(FormSubmit)) == 1


def test_what_follows_a_form_is_a_search_only_where_it_waits_for_its_contact() -> None:
    record_ids = submit(FORM)
    first = message(form_submit(record_ids, return_state=True))
    runs = searches()
    again = message(form_submit(record_ids, return_state=True))
    assert first.startswith("Contacts of 1 record: 1 made; 1 form: ")
    assert again.startswith("No record waited for its contact; 1 form: ")
    assert searches() == runs >= 1


def test_neither_run_nor_artifact_nor_log_holds_any_of_a_persons_data() -> None:
    submit(FORM, {**FORM, "email": "zebulon at home"})
    search_and_create_contact(return_state=True)
    run = last_run()
    with get_client(sync_client=True) as client:
        artifacts = [each for each in client.read_artifacts() if each.flow_run_id == run.id]
        told = [*artifacts, run, *client.read_task_runs(), *client.read_logs()]
    assert len(artifacts) == 1
    assert "email (is none)" in str(artifacts[0].data)
    for each in told:
        for secret in ("zebulon", "quux", PHONE, "16175550100"):
            assert secret not in each.model_dump_json().lower()
