"""Which webhooks a backfill means, and what running them again does, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from models.backfilling.form import WebhookSelection
from models.backfilling.webhooks import Found, claim_again, count_webhooks, find_webhooks
from models.database import reading, transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.entities.lead import Lead
from models.identity import utc_now
from models.matching.search import search_and_create_contacts
from models.matching.tables import ContactDecision
from models.processing.claiming import claim, put_back_stuck
from models.reading.parse_error import Kind
from models.webhook import Status, Webhook, WebhookParseError, WebhookStatus
from tests.backfilling import (
    ADA,
    correct_by_sql,
    process,
    process_again,
    records,
    rows,
    statuses,
    store,
    webhook,
)

pytestmark = pytest.mark.usefixtures("database")

NO_ENTITY = {"Email": "ada@example.com"}
NO_SUCH = {**ADA, "EntityName": "Fax"}
WARNS = {**ADA, "BirthDate": "soon"}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def find(limit: int = 100, **chosen: Any) -> list[UUID]:
    with reading() as session:
        return find_webhooks(session, WebhookSelection.model_validate(chosen), limit)


def count(**chosen: Any) -> Found:
    with reading() as session:
        return count_webhooks(session, WebhookSelection.model_validate(chosen))


def search() -> None:
    with transaction() as session:
        waiting = session.exec(
            select(FormSubmit.id).where(FormSubmit.contact_searched_at == None)  # noqa: E711
        ).all()
        search_and_create_contacts(session, FormSubmit, waiting, utc_now())


def test_failed_webhooks_are_meant_the_oldest_first_and_no_others() -> None:
    later, earlier = (*store(NO_ENTITY, at=NOON), *store(NO_SUCH, at=NOON - SECOND))
    store(ADA)
    process()
    store(NO_ENTITY)
    assert find() == [earlier, later]
    assert find(limit=1) == [earlier]


def test_each_condition_narrows() -> None:
    no_entity, no_such = (*store(NO_ENTITY, source="a"), *store(NO_SUCH, source="b"))
    (warned,) = store({**WARNS, "EntityName": "Lead", "CountryId": "soon"}, source="b")
    process()
    every: Any = {"statuses": ["New", "Failed", "Done"], "made_before": "update"}
    assert find(**every) == [no_entity, no_such, warned]
    assert find(**every, sources=["b", "c"]) == [no_such, warned]
    assert find(**every, kinds_of_error=[Kind.ENTITY_MISSING]) == [no_entity]
    assert find(**every, entities=["Lead"]) == [warned]
    assert find(**every, ids=[no_entity, no_such], sources=["b"]) == [no_such]


def test_a_period_takes_its_start_and_leaves_its_end() -> None:
    before, start, end = (store(NO_ENTITY, at=NOON + at * SECOND)[0] for at in (-1, 0, 60))
    process()
    period: Any = {"received_from": NOON, "received_until": NOON + 60 * SECOND}
    assert find(**period) == [start]
    assert find(received_until=NOON) == [before]
    assert find(received_from=NOON + 60 * SECOND) == [end]


def test_the_count_tells_status_source_and_kind_of_error() -> None:
    store(NO_ENTITY, NO_ENTITY, NO_SUCH, source="shop")
    store(ADA)
    process()
    found = count()
    assert (found.count, found.skipped) == (3, 0)
    assert found.groups == (
        {"status": "Failed", "source": "shop", "kind of error": "entity-missing", "webhooks": "2"},
        {
            "status": "Failed",
            "source": "shop",
            "kind of error": "entity-not-found",
            "webhooks": "1",
        },
    )


def test_webhooks_that_made_their_record_are_counted_apart() -> None:
    store(ADA, WARNS, NO_ENTITY)
    process()
    found = count(statuses=["Done", "Failed"])
    assert (found.count, found.skipped) == (1, 2)
    assert count(statuses=["Done", "Failed"], made_before="update").count == 3


def test_what_was_put_right_becomes_a_record_and_its_old_errors_go() -> None:
    (webhook_id,) = store(NO_ENTITY)
    process()
    correct_by_sql(webhook_id, ADA)
    (outcome,) = process_again()
    assert outcome.status is Status.DONE
    assert (webhook(webhook_id).status, webhook(webhook_id).attempts) == (Status.DONE, 1)
    with reading() as session:
        assert not session.exec(select(WebhookParseError)).all()


def test_what_is_still_wrong_fails_again_with_its_errors_once() -> None:
    store(NO_ENTITY)
    process()
    process_again()
    assert statuses() == {Status.FAILED: 1}
    with reading() as session:
        assert len(session.exec(select(WebhookParseError)).all()) == 1


def test_a_webhook_that_made_its_record_is_left_alone() -> None:
    (webhook_id,) = store(ADA)
    process()
    since = webhook(webhook_id).status_since
    correct_by_sql(webhook_id, {**ADA, "City": "London"})
    assert process_again(statuses=["Done"], ids=[webhook_id]) == []
    assert webhook(webhook_id).status_since == since
    assert [row.city_str for row in rows()] == [None]


def test_an_update_sets_what_the_webhook_fills_on_the_same_record() -> None:
    (webhook_id,) = store({**ADA, "CityStr": "Lndon"})
    process()
    (before,) = rows()
    with transaction() as session:
        session.get_one(FormSubmit, before.id).notes = "called on Monday"
    correct_by_sql(webhook_id, {**ADA, "CityStr": "London"})
    (outcome,) = process_again(statuses=["Done"], made_before="update")
    (after,) = rows()
    assert (after.id, after.created_at) == (before.id, before.created_at) != (None, None)
    assert outcome.record_id == after.id
    assert (after.city_str, after.notes) == ("London", "called on Monday")
    assert records() == {webhook_id: 1}
    assert not webhook(webhook_id).updates_record


def test_an_update_searches_for_the_person_again() -> None:
    (webhook_id,) = store({**ADA, "Email": "adda@example.com"})
    process()
    search()
    (wrong,) = rows()
    correct_by_sql(webhook_id, {**ADA, "FullName": "Grace Hopper", "Email": "g@example.com"})
    process_again(statuses=["Done"], made_before="update")
    assert rows()[0].contact_id is None
    search()
    (right,) = rows()
    assert right.contact_id not in (None, wrong.contact_id)
    with reading() as session:
        decisions = session.exec(select(ContactDecision.contact_id)).all()
    assert set(decisions) == {wrong.contact_id, right.contact_id}


def test_an_update_without_a_change_makes_no_second_contact() -> None:
    store(ADA)
    process()
    search()
    (before,) = rows()
    process_again(statuses=["Done"], made_before="update")
    search()
    assert [row.contact_id for row in rows()] == [before.contact_id]
    assert len(rows(Contact)) == 1


def test_an_update_of_many_sets_each_its_own() -> None:
    ids = store(*({**ADA, "CityStr": f"city {n}"} for n in range(20)))
    process()
    made = {row.id: row.city_str for row in rows()}
    for n, webhook_id in enumerate(ids):
        correct_by_sql(
            webhook_id, {**ADA, "CityStr": f"City {n}", **({"Notes": "x"} if n % 2 else {})}
        )
    process_again(statuses=["Done"], made_before="update")
    assert {row.id: row.city_str for row in rows()} == {
        id_: city.replace("city", "City") for id_, city in made.items()
    }


def test_an_update_of_a_contact_fills_what_is_empty_and_overwrites_nothing() -> None:
    (webhook_id,) = store({"EntityName": "Contact", "Name": "Ada Lovelace", "City": "London"})
    process()
    correct_by_sql(
        webhook_id,
        {
            "EntityName": "Contact",
            "Name": "Ada King",
            "City": "Paris",
            "Zip": "W1",
            "Email": "a@b.co",
        },
    )
    process_again(statuses=["Done"], made_before="update")
    (contact,) = rows(Contact)
    assert (contact.name, contact.city) == ("Ada Lovelace", "London")
    assert (contact.zip, contact.email) == ("W1", "a@b.co")


@pytest.mark.parametrize(
    ("body", "entity"),
    [(ADA, FormSubmit), ({"EntityName": "Contact", "Name": "Ada Lovelace"}, Contact)],
)
def test_a_record_that_was_deleted_since_stays_deleted(body: dict[str, Any], entity: Any) -> None:
    store(body)
    process()
    with transaction() as session:
        session.delete(session.exec(select(entity)).one())
    (outcome,) = process_again(statuses=["Done"], made_before="update")
    assert outcome.status is Status.DONE
    assert rows(entity) == []


def test_a_record_does_not_become_one_of_another_entity() -> None:
    (webhook_id,) = store(ADA)
    process()
    correct_by_sql(webhook_id, {**ADA, "EntityName": "Lead"})
    process_again(statuses=["Done"], made_before="update")
    assert webhook(webhook_id).status == Status.FAILED
    assert (len(rows(FormSubmit)), len(rows(Lead))) == (1, 0)
    with reading() as session:
        error = session.exec(select(WebhookParseError)).one()
    assert "The webhook made a record of FormSubmit before" in error.message


def test_an_update_that_cannot_be_read_keeps_the_record_and_says_why() -> None:
    (webhook_id,) = store(ADA)
    process()
    correct_by_sql(webhook_id, NO_ENTITY)
    process_again(statuses=["Done"], made_before="update")
    assert webhook(webhook_id).status == Status.FAILED
    assert [row.full_name for row in rows()] == ["Ada Lovelace"]


def test_what_a_run_has_claimed_is_passed_over() -> None:
    ids = store(ADA, ADA)
    with transaction() as session:
        claim(session, 1, utc_now())
    form = WebhookSelection(statuses=["New"])
    with transaction() as session:
        assert claim_again(session, ids, form, utc_now(), utc_now()) == [ids[1]]


def test_what_another_run_has_been_through_since_is_passed_over() -> None:
    ids = store(NO_ENTITY)
    process()
    form, counted_at = WebhookSelection(), utc_now()
    process_again()
    with transaction() as session:
        assert claim_again(session, ids, form, counted_at, utc_now()) == []


def test_a_backfill_that_broke_off_is_finished_as_it_was_meant() -> None:
    (webhook_id,) = store(ADA)
    process()
    correct_by_sql(webhook_id, {**ADA, "CityStr": "London"})
    form = WebhookSelection(statuses=["Done"], made_before="update")
    with transaction() as session:
        claim_again(session, [webhook_id], form, utc_now(), utc_now())
    with transaction() as session:
        period = session.exec(
            select(WebhookStatus).where(WebhookStatus.name == Status.PROCESSING)
        ).one()
        later = utc_now() + timedelta(seconds=period.period_seconds + 1)
        assert put_back_stuck(session, later) == 1
    process()
    assert [row.city_str for row in rows()] == ["London"]


def test_a_body_corrected_by_sql_keeps_the_one_that_came_first() -> None:
    (webhook_id,) = store(NO_ENTITY)
    first = webhook(webhook_id).request_body
    assert webhook(webhook_id).original_body is None
    correct_by_sql(webhook_id, {**ADA, "EntityName": "Leed"})
    correct_by_sql(webhook_id, ADA)
    corrected = webhook(webhook_id)
    assert corrected.original_body == first != corrected.request_body


def test_running_a_webhook_writes_no_original() -> None:
    (webhook_id,) = store(ADA)
    process()
    with reading() as session:
        assert session.exec(select(Webhook.original_body)).one() is None
    assert webhook(webhook_id).status == Status.DONE
