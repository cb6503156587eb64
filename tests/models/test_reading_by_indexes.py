"""On SQLite as on PostgreSQL, no batch costs more for what is there already: plans, asked for."""

import re
from collections.abc import Callable, Collection
from uuid import UUID

import pytest
from sqlmodel import select

from models.database import reading, transaction
from models.entities.form_submit import FormSubmit
from models.identity import new_id, utc_now
from models.matching.search import search_and_create_contacts, some_wait
from models.processing.claiming import (
    another_is_at_it,
    claim,
    oldest_new,
    portions,
    some_are_new,
    some_are_stuck,
)
from models.site_events.noting import note_forms
from tests.models.searching import statements
from tests.models.webhooks import form, process, store

GROWING = re.compile(
    r"SCAN (webhook|webhook_record|webhook_parse_error|form_submit|form_tracking"
    r"|contact|contact_\w+|web_visitor|web_session|web_action)(?!\w)(?!.* ix_webhook_new)"
)
"""What reads a table from end to end that grows with each webhook; of those New alone, it may."""

PERSON = {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.com"}


def claiming(ids: Collection[UUID]) -> None:
    with transaction() as session:
        assert some_are_new(session)
        assert oldest_new(session) in ids
        assert not another_is_at_it(session, new_id(), utc_now())
        assert not some_are_stuck(session, utc_now())
        claim(session, 10, utc_now())
        portions(session, list(ids))


def recording(_: Collection[UUID]) -> None:
    process()


def finding_contacts(_: Collection[UUID]) -> None:
    process()
    with transaction() as session:
        forms = list(session.exec(select(FormSubmit.id)))
        assert some_wait(session, FormSubmit, forms)
        search_and_create_contacts(session, FormSubmit, forms, utc_now())


def noting_site_events(ids: Collection[UUID]) -> None:
    finding_contacts(ids)
    with transaction() as session:
        note_forms(session, list(session.exec(select(FormSubmit.id))), utc_now())


@pytest.mark.parametrize("step", [claiming, recording, finding_contacts, noting_site_events])
@pytest.mark.usefixtures("sqlite_database")
def test_no_step_of_a_batch_reads_a_whole_table(step: Callable[[Collection[UUID]], None]) -> None:
    ids = store(form("FormSubmit", **PERSON), form("FormSubmit", **PERSON, Phone="+12025550177"))
    with statements() as executed:
        step(ids)
    read = {
        text: values for text, values in executed if re.match("SELECT|UPDATE|DELETE|WITH", text)
    }
    ours = str(select(FormSubmit.id)).split()
    with reading() as session:
        connection = session.connection()
        plans = {
            text: connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
            for text, values in read.items()
            if text.split() != ours  # this test's own
        }
    assert len(plans) > 2
    scans = [text for text, plan in plans.items() if any(GROWING.match(row[3]) for row in plan)]
    assert scans == []
