"""Whose site events are fetched again, on both databases, and that nothing cuts them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from models.backfilling.form import RecordSelection
from models.backfilling.forms import count_forms, find_forms
from models.backfilling.webhooks import Found
from models.database import reading, transaction
from models.identity import utc_now
from models.site_events.anew import count_refetched, fetch_anew
from models.site_events.claiming import claim_due, settle
from models.site_events.outcome import Fetch, Refetched
from tests.backfilling import ADA as SENT
from tests.backfilling import process, rows, store
from tests.site_events import (
    ADA,
    BOB,
    a_form,
    a_tracked_page,
    give_contact_to,
    note,
    take_contact_from,
    the_visitor,
)

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def find(**chosen: Any) -> list[UUID]:
    with reading() as session:
        return find_forms(session, RecordSelection.model_validate(chosen), 100)


def anew(*form_ids: UUID, unless_since: datetime | None = None) -> list[UUID]:
    now = utc_now()
    with transaction() as session:
        return fetch_anew(session, form_ids, unless_since or now, now).web_visitor_ids


def fetched(at: datetime) -> None:
    """Let the visitor have been fetched at a moment, with a visit that ended just before."""
    visitor_id = the_visitor().id
    made = Fetch(visitor_id, began_at=at, seen_until=at - timedelta(minutes=1))
    with transaction() as session:
        settle(session, [made], at)


def test_forms_with_a_contact_are_meant_as_the_form_stands() -> None:
    with_contact, without = a_form(), a_form(BOB)
    take_contact_from(without)
    assert find() == find(contact="any") == [with_contact]


def test_a_period_and_ids_narrow_them() -> None:
    ids = [a_form(created_at=NOON + timedelta(seconds=at)) for at in (-1, 0, 59, 60)]
    period = {"made_from": NOON, "made_until": NOON + timedelta(seconds=60)}
    assert find(**period) == ids[1:3]
    assert find(**period, ids=ids[2:]) == [ids[2]]


def test_forms_are_told_apart_by_the_source_of_their_webhook() -> None:
    store(SENT, source="shop")
    store(SENT, source="fair")
    process()
    for row in rows():
        give_contact_to(row.id)
    assert find(sources=["fair"]) == [rows()[1].id]


def test_the_count_tells_what_became_of_their_tracking() -> None:
    note(a_form())
    a_tracked_page()
    note(a_form())
    a_form(BOB)
    with reading() as session:
        found = count_forms(session, RecordSelection())
    assert found == Found(
        3,
        groups=tuple(
            {"entity": "FormSubmit", "tracking": tracking, "records": "1"}
            for tracking in ("Never looked at", "Not tracked", "Tracked")
        ),
    )


def test_a_visitor_fetched_before_is_due_again_and_for_all_that_there_is() -> None:
    a_tracked_page()
    note(form_id := a_form())
    fetched(utc_now() - timedelta(hours=1))
    assert the_visitor().seen_until
    assert anew(form_id) == [the_visitor().id]
    assert the_visitor().seen_until is None
    with transaction() as session:
        assert claim_due(session, 100, utc_now()) == [the_visitor().id]


def test_a_form_that_was_not_tracked_brings_back_the_visitor_that_another_named() -> None:
    later = a_form(page_url="https://other.example/")
    a_tracked_page()
    note(a_form(), later)
    fetched(utc_now() - timedelta(hours=1))
    a_tracked_page(name="Other", url="https://other.example/")
    anew(later)
    assert the_visitor().seen_until is None


def test_a_visitor_of_two_batches_is_cut_back_once() -> None:
    a_tracked_page()
    started_at = utc_now()
    anew(a_form(), unless_since=started_at)
    fetched(utc_now())
    anew(a_form(), unless_since=started_at)
    assert the_visitor().seen_until


def test_those_fetched_since_are_counted_and_the_others_by_why() -> None:
    a_tracked_page()
    started_at = utc_now()
    ada, bob, eve = (anew(a_form(each))[0] for each in (ADA, BOB, "00000000000000ee"))
    done, failed = Fetch(ada, began_at=utc_now()), Fetch(bob, error="timeout")
    with transaction() as session:
        settle(session, [done, failed], utc_now())
    with reading() as session:
        counted = count_refetched(session, [ada, bob, eve], started_at)
    assert counted == Refetched(1, 0, {"timeout": 1, "waiting": 1})
