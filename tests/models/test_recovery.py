"""Webhooks stuck in Processing: back to New, and in the end Failed, on both databases."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from models.database import reading, transaction
from models.processing.claiming import claim, give_up_stuck, most_at_once, put_back_stuck
from models.processing.outcome import Outcome
from models.processing.periods import PeriodError
from models.webhook import Status, Webhook, WebhookParseError, WebhookStatus
from tests.stored import NOW, statuses, store

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


def recover(most_attempts: int = 5) -> list[Outcome]:
    with transaction() as session:
        given_up = give_up_stuck(session, NOW, most_attempts)
        put_back_stuck(session, NOW)
    return given_up


def claimed(limit: int = 100) -> list[UUID]:
    with transaction() as session:
        return claim(session, limit, NOW)


def test_a_webhook_goes_back_to_new_once_it_was_processing_for_longer_than_its_period() -> None:
    longer, exactly, shorter = store(Status.PROCESSING, [HOUR + MOMENT, HOUR, HOUR - MOMENT])
    recover()
    assert statuses() == {longer: "New", exactly: "Processing", shorter: "Processing"}


@pytest.mark.parametrize("status", ["New", "Done", "Failed"])
def test_a_webhook_of_another_status_is_left_alone(status: str) -> None:
    store(status, [100 * HOUR], attempts=9)
    assert recover() == []
    assert list(statuses().values()) == [status]


@pytest.mark.parametrize(("attempts", "status"), [(4, "New"), (5, "Failed"), (6, "Failed")])
def test_a_webhook_has_five_attempts(attempts: int, status: str) -> None:
    store(Status.PROCESSING, [2 * HOUR], attempts=attempts)
    recover()
    assert list(statuses().values()) == [status]


def test_a_webhook_that_had_its_last_attempt_says_why_and_what_to_do() -> None:
    (webhook_id,) = store(Status.PROCESSING, [2 * HOUR], attempts=5, errors=1)
    (outcome,) = recover()
    assert outcome.as_row()["errors"] == "attempts-exhausted"
    with reading() as session:
        webhook = session.get_one(Webhook, webhook_id)
        logged = session.exec(
            select(WebhookParseError).where(WebhookParseError.kind == "attempts-exhausted")
        ).one()
    assert (webhook.status_since, webhook.error_count) == (NOW, 2)
    assert "did not end in 5 attempts" in logged.message
    assert logged.advice


def test_a_webhook_with_attempts_left_that_is_still_being_processed_is_not_given_up() -> None:
    store(Status.PROCESSING, [HOUR], attempts=5)
    assert recover() == []


def test_a_poison_webhook_ends_and_takes_none_of_its_neighbours_along() -> None:
    """Each run that has the poison is killed; the others end their work."""
    poison, *innocent = store(Status.NEW, [timedelta(seconds=20 - at) for at in range(10)])
    for _ in range(20):
        work_until_killed_by(poison)
        an_hour_later()
        recover()
    assert statuses() == {poison: "Failed", **dict.fromkeys(innocent, "Done")}


def work_until_killed_by(poison: UUID) -> None:
    while (batch := claimed()) and poison not in batch:
        with transaction() as session:
            for webhook in session.exec(select(Webhook).where(col(Webhook.id).in_(batch))):
                webhook.status = Status.DONE


def an_hour_later() -> None:
    with transaction() as session:
        for webhook in session.exec(select(Webhook).where(Webhook.status == "Processing")):
            webhook.status_since = NOW - 2 * HOUR


@pytest.mark.parametrize(
    ("attempts", "most_attempts", "at_once"),
    [(0, 5, 2500), (1, 5, 2500), (2, 5, 50), (3, 5, 1), (9, 5, 1), (2, 3, 1), (1, 1, 2500)],
)
def test_what_killed_runs_had_is_claimed_by_fewer_and_fewer(
    attempts: int, most_attempts: int, at_once: int
) -> None:
    assert most_at_once(attempts, 2500, most_attempts) == at_once


def test_a_batch_that_killed_two_runs_is_claimed_in_parts() -> None:
    suspects = store(Status.NEW, [HOUR] * 60, attempts=2)
    parts = [claimed(), claimed()]
    assert [len(part) for part in parts] == [50, 10]
    assert {*suspects} == {*parts[0], *parts[1]}


def test_a_part_that_killed_its_run_is_claimed_one_by_one() -> None:
    store(Status.NEW, [HOUR] * 2, attempts=3)
    assert [len(claimed()) for _ in range(3)] == [1, 1, 0]


def test_webhooks_under_suspicion_are_claimed_by_themselves_and_in_their_turn() -> None:
    first, suspect, last = (
        store(Status.NEW, [timedelta(minutes=age)], attempts=attempts)[0]
        for age, attempts in ((3, 1), (2, 2), (1, 0))
    )
    assert [claimed(), claimed(), claimed()] == [[first, last], [suspect], []]


def test_an_older_suspect_comes_before_what_is_younger() -> None:
    (suspect,) = store(Status.NEW, [2 * HOUR], attempts=2)
    young = store(Status.NEW, [HOUR, HOUR / 2])
    assert [claimed(), claimed()] == [[suspect], young]


def test_a_period_that_is_none_is_refused_and_changes_nothing() -> None:
    (webhook_id,) = store(Status.PROCESSING, [2 * HOUR])
    with transaction() as session:
        lookup = select(WebhookStatus).where(WebhookStatus.name == "Processing")
        session.exec(lookup).one().period_seconds = 0
    with pytest.raises(PeriodError, match="Processing"):
        recover()
    assert statuses() == {webhook_id: "Processing"}
