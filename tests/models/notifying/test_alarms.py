"""Stuck queues and silent sources: every period on both sides of its edge, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from models.database import reading, transaction
from models.identity import new_id
from models.notifying.alarms import wait_for_turn, watch
from models.notifying.tables import Alarm
from models.source import add_source, find_source, remove_source, set_silent_after
from models.webhook import Status, Webhook

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICK = timedelta(microseconds=1)


def come(at: datetime, source: str = "forms", since: datetime | None = None) -> Webhook:
    with transaction() as session:
        webhook = Webhook(
            request_body=b"{}",
            webhook_source=source,
            api_key=new_id(),
            received_at=at,
            status_since=since or at,
        )
        session.add(webhook)
    return webhook


def finish(webhook: Webhook) -> None:
    with transaction() as session:
        session.get_one(Webhook, webhook.id).status = Status.DONE


def look(now: datetime) -> list[tuple[str, str, bool]]:
    with transaction() as session:
        wait_for_turn(session)
        changed = watch(session, now, 10 * MINUTE)
    return [(alarm.topic, alarm.webhook_source, alarm.cleared_at is not None) for alarm in changed]


@pytest.fixture
def watched(database: str) -> None:
    """Make a source that may be silent for a day, and was made at noon."""
    with transaction() as session:
        add_source(session, "forms")
        set_silent_after(session, "forms", DAY)
        source = find_source(session, "forms")
        assert source is not None
        source.created_at = NOW


def test_a_queue_is_stuck_once_a_webhook_waits_for_longer_than_the_period() -> None:
    come(NOW)
    assert look(NOW + 10 * MINUTE) == []
    assert look(NOW + 10 * MINUTE + TICK) == [("stuck-queue", "", False)]


def test_a_stuck_queue_is_raised_once_and_cleared_once() -> None:
    webhook = come(NOW)
    assert look(NOW + HOUR) and not look(NOW + 2 * HOUR)
    finish(webhook)
    assert look(NOW + 3 * HOUR) == [("stuck-queue", "", True)]
    assert look(NOW + 4 * HOUR) == []


def test_an_old_webhook_that_was_just_imported_is_not_a_stuck_queue() -> None:
    come(NOW - 365 * DAY, since=NOW)
    assert look(NOW + MINUTE) == []


@pytest.mark.usefixtures("watched")
def test_a_source_is_silent_once_nothing_came_for_longer_than_its_period() -> None:
    finish(come(NOW + HOUR))
    assert look(NOW + HOUR + DAY) == []
    assert look(NOW + HOUR + DAY + TICK) == [("silent-source", "forms", False)]


@pytest.mark.usefixtures("watched")
def test_a_source_that_was_never_heard_is_silent_since_it_was_made() -> None:
    assert look(NOW + DAY) == []
    assert look(NOW + DAY + TICK) == [("silent-source", "forms", False)]


@pytest.mark.usefixtures("watched")
def test_a_silence_is_told_once_and_so_is_its_end() -> None:
    assert look(NOW + 2 * DAY) and not look(NOW + 3 * DAY)
    finish(come(NOW + 4 * DAY))
    assert look(NOW + 4 * DAY + HOUR) == [("silent-source", "forms", True)]
    assert look(NOW + 4 * DAY + 2 * HOUR) == []
    assert look(NOW + 6 * DAY) == [("silent-source", "forms", False)]


@pytest.mark.usefixtures("watched")
def test_other_sources_do_not_break_a_silence() -> None:
    finish(come(NOW + 2 * DAY, source="others"))
    assert look(NOW + 2 * DAY + HOUR) == [("silent-source", "forms", False)]


@pytest.mark.usefixtures("watched")
def test_a_source_stays_heard_when_its_webhooks_are_deleted() -> None:
    webhook = come(NOW + HOUR)
    look(NOW + HOUR)
    with transaction() as session:
        session.delete(session.get_one(Webhook, webhook.id))
    assert look(NOW + DAY + HOUR) == []


@pytest.mark.usefixtures("watched")
def test_a_source_that_is_removed_goes_without_a_word() -> None:
    look(NOW + 2 * DAY)
    with transaction() as session:
        remove_source(session, "forms")
    assert look(NOW + 3 * DAY) == []
    with reading() as session:
        assert session.exec(select(Alarm)).all() == []
