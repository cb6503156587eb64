"""Which webhooks are deleted, on both sides of each edge, on both databases."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, text
from sqlmodel import select

from models.database import engine, reading, transaction
from models.entities.form_submit import FormSubmit
from models.matching.tables import ContactDecision
from models.processing.periods import periods
from models.processing.retention import (
    Batch,
    Counts,
    as_rows,
    count_old,
    deadlines,
    delete_oldest,
    sentence,
)
from models.webhook import Status, Webhook, WebhookParseError, WebhookRecord
from tests.stored import NOW, statuses, store

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


def test_processing_is_never_deleted_from() -> None:
    assert deadlines({"Processing": DAY, "Done": DAY}, NOW) == {"Done": NOW - DAY}


def clean(limit: int = 1000) -> Counter[str]:
    gone: Counter[str] = Counter()
    with transaction() as session:
        for status, before in deadlines(periods(session), NOW).items():
            while batch := delete_oldest(session, status, before, limit):
                gone[status] += batch.by_source.total()
    return gone


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("status", "period"),
    [("New", 90 * DAY), ("Failed", 90 * DAY), ("Done", 30 * DAY)],
)
def test_a_webhook_goes_once_it_stayed_longer_than_its_period(
    status: str, period: timedelta
) -> None:
    _longer, exactly, shorter = store(status, [period + MOMENT, period, period - MOMENT])
    assert clean() == {status: 1}
    assert set(statuses()) == {exactly, shorter}


@pytest.mark.usefixtures("database")
def test_a_webhook_in_processing_stays_however_old_it_is() -> None:
    store(Status.PROCESSING, [4000 * DAY])
    assert clean() == {}
    assert len(statuses()) == 1


@pytest.mark.usefixtures("database")
def test_the_time_in_the_status_counts_and_not_the_time_since_it_was_received() -> None:
    (webhook_id,) = store(Status.DONE, [DAY])
    with transaction() as session:
        session.get_one(Webhook, webhook_id).received_at = NOW - 400 * DAY
    assert clean() == {}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("status", ["Failed", "Done"])
def test_a_webhook_takes_its_log_of_errors_along(status: str) -> None:
    store(status, [91 * DAY, 91 * DAY], errors=3)
    (kept,) = store(status, [DAY], errors=2)
    clean()
    with reading() as session:
        left = session.exec(select(WebhookParseError.webhook_id)).all()
    assert left == [kept, kept]


@pytest.mark.usefixtures("database")
def test_records_and_what_is_known_of_them_stay() -> None:
    (webhook_id,) = store(Status.DONE, [31 * DAY])
    with transaction() as session:
        session.add(record := FormSubmit(email="ada@example.com"))
        session.add(WebhookRecord(webhook_id=webhook_id, entity="FormSubmit", record_id=record.id))
        session.add(_decision(record.id))
    assert clean() == {"Done": 1}
    with reading() as session:
        for table in (FormSubmit, WebhookRecord, ContactDecision):
            assert session.exec(select(func.count()).select_from(table)).one() == 1


def _decision(record_id: UUID) -> ContactDecision:
    return ContactDecision(
        entity="FormSubmit", record_id=record_id, rule="none", used="", unused="", profile="default"
    )


def delete(status: str, before: datetime, limit: int, reached: datetime | None = None) -> Batch:
    with transaction() as session:
        batch = delete_oldest(session, status, before, limit, reached)
    assert batch is not None
    return batch


@pytest.mark.usefixtures("database")
def test_a_batch_takes_the_oldest_and_no_more_than_its_limit() -> None:
    store(Status.DONE, [days * DAY for days in (40, 50, 60, 70)])
    batch = delete(Status.DONE, NOW, 2)
    assert (batch.by_source, batch.reached) == ({"test": 2}, NOW - 60 * DAY)
    with reading() as session:
        assert session.exec(select(func.max(Webhook.status_since))).one() == NOW - 40 * DAY
        assert session.exec(select(func.min(Webhook.status_since))).one() == NOW - 50 * DAY


@pytest.mark.usefixtures("database")
def test_batches_that_go_on_where_the_last_ended_leave_none_of_the_same_moment() -> None:
    store(Status.DONE, [40 * DAY] * 5 + [39 * DAY])
    reached = None
    for _ in range(3):
        reached = delete(Status.DONE, NOW, 2, reached).reached
    assert statuses() == {}


@pytest.mark.usefixtures("database")
def test_counting_tells_what_deleting_would_delete_and_deletes_nothing() -> None:
    store(Status.DONE, [31 * DAY] * 3, source="forms")
    store(Status.DONE, [31 * DAY, 29 * DAY], source="shop")
    with reading() as session:
        counted = count_old(session, Status.DONE, NOW - 30 * DAY)
    assert counted == {"forms": 3, "shop": 1}
    assert len(statuses()) == 5
    assert delete(Status.DONE, NOW - 30 * DAY, 100).by_source == counted


@pytest.mark.usefixtures("postgres_database")
def test_what_another_transaction_holds_is_passed_over_without_waiting() -> None:
    held, _free = store(Status.FAILED, [92 * DAY, 91 * DAY])
    with transaction() as other:
        other.exec(select(Webhook).where(Webhook.id == held).with_for_update()).one()
        assert clean() == {"Failed": 1}
    assert set(statuses()) == {held}
    assert clean() == {"Failed": 1}


@pytest.mark.usefixtures("database")
def test_the_oldest_are_found_by_an_index() -> None:
    explain = "EXPLAIN QUERY PLAN" if engine().dialect.name == "sqlite" else "EXPLAIN"
    query = (
        f"{explain} SELECT id FROM webhook WHERE status = 'Done' AND status_since < '2026-01-01' "
        "ORDER BY status_since LIMIT 100"
    )
    with reading() as session:
        plan = " ".join(str(row) for row in session.execute(text(query)))
    assert "ix_webhook_status_since" in plan


def test_what_went_is_counted_by_status_in_a_sentence_and_by_source_in_rows() -> None:
    counts: Counts = Counter({("Done", "forms"): 7, ("Done", "shop"): 3, ("Failed", "shop"): 2})
    assert sentence(counts, dry_run=False) == "Deleted 12 webhooks: 10 Done, 2 Failed"
    assert sentence(counts, dry_run=True) == "Would delete 12 webhooks: 10 Done, 2 Failed"
    assert as_rows(counts)[0] == {"status": "Done", "source": "forms", "webhooks": "7"}
    assert sentence(Counter({("New", "a"): 1}), dry_run=False) == "Deleted 1 webhook: 1 New"
    assert sentence(Counter(), dry_run=True).startswith("No webhook")
