"""What a notification tells, when, and never twice: on both databases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.database import reading, transaction
from models.identity import new_id
from models.notifying.addresses import NotificationError, add_notification, masked
from models.notifying.delivery import IN_HAND_FOR, InHand, Result, put_down, take_in_hand
from models.notifying.message import MOST_CHARACTERS, Message, message
from models.notifying.news import MOST_BODIES, News, collect
from models.notifying.tables import Alarm, Notification, Topic
from models.webhook import Status, Webhook, WebhookParseError

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTLE = timedelta(seconds=20)
EMAIL = "ada@example.com"


def set_up(*topics: Topic, source: str | None = None, with_data: bool = False) -> UUID:
    with transaction() as session:
        made = add_notification(session, "ops", "json://127.0.0.1:1/", topics)
        made.webhook_source, made.with_data = source, with_data
        made.told_until = made.alarms_told_until = NOW
    return made.id


def come(count: int, at: datetime, source: str = "forms", error: str | None = None) -> list[UUID]:
    with transaction() as session:
        webhooks = [
            Webhook(
                request_body=b'{"Email": "ada@example.com"}',
                content_type="application/json",
                webhook_source=source,
                api_key=new_id(),
                received_at=at,
                status=Status.FAILED if error else Status.DONE,
            )
            for _ in range(count)
        ]
        session.add_all(webhooks)
        session.flush()
        if error:
            session.add_all(
                WebhookParseError(
                    webhook_id=webhook.id,
                    kind=error,
                    message=f"could not parse {EMAIL}",
                    advice="Correct the form.",
                    logged_at=at,
                )
                for webhook in webhooks
            )
        return [webhook.id for webhook in webhooks]


def take(notification: UUID, now: datetime, spooled_since: datetime | None = None) -> InHand | None:
    with transaction() as session:
        return take_in_hand(session, notification, now, SETTLE, spooled_since)


def tell(
    notification: UUID,
    now: datetime,
    result: Result = Result.SENT,
    spooled_since: datetime | None = None,
) -> Message | None:
    taken = take(notification, now, spooled_since)
    assert taken is not None
    with reading() as session:
        news = collect(session, taken.notification, taken.span, taken.alarms)
    with transaction() as session:
        put_down(session, taken.delivery(result), now)
    return message(news, "http://console") if news else None


def test_a_hundred_errors_are_one_message_with_counts_advice_and_links() -> None:
    ops = set_up(Topic.PROCESSING_ERRORS)
    ids = come(100, NOW + MINUTE, error="entity-missing")
    come(3, NOW + MINUTE, source="shop", error="body-unreadable")
    told = tell(ops, NOW + 5 * MINUTE)
    assert told is not None and told.title == "Hookline: 103 processing errors"
    assert "100 times entity-missing, from forms\n  Correct the form." in told.body
    assert f"http://console/console/webhooks/{min(ids)}" in told.body
    assert "3 times body-unreadable, from shop" in told.body


def test_what_was_sent_is_not_told_again() -> None:
    ops = set_up(Topic.PROCESSING_ERRORS, Topic.NEW_WEBHOOKS)
    come(1, NOW + MINUTE, error="entity-missing")
    assert tell(ops, NOW + 5 * MINUTE)
    assert tell(ops, NOW + 10 * MINUTE) is None


def test_what_was_not_sent_is_told_with_what_came_since() -> None:
    ops = set_up(Topic.PROCESSING_ERRORS)
    come(1, NOW + MINUTE, error="entity-missing")
    tell(ops, NOW + 5 * MINUTE, Result.NOT_REACHED)
    come(1, NOW + 6 * MINUTE, error="entity-missing")
    told = tell(ops, NOW + 10 * MINUTE)
    assert told is not None and "2 processing errors" in told.title
    with reading() as session:
        assert session.get_one(Notification, ops).failing_since is None


@pytest.mark.parametrize(
    ("age", "told"), [(SETTLE, True), (SETTLE - timedelta(microseconds=1), False)]
)
def test_what_may_not_have_settled_waits_for_the_next_run(age: timedelta, told: bool) -> None:
    ops = set_up(Topic.NEW_WEBHOOKS)
    come(1, NOW + 5 * MINUTE - age)
    assert bool(tell(ops, NOW + 5 * MINUTE)) is told
    assert bool(tell(ops, NOW + 10 * MINUTE)) is not told


def test_what_waits_in_the_spool_is_told_once_it_is_delivered() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS)
    received, later = NOW + MINUTE, NOW + 10 * MINUTE
    come(1, NOW + 5 * MINUTE)
    assert tell(ops, later, spooled_since=received) is None
    come(1, received)
    told = tell(ops, later)
    assert told is not None
    assert "2 " in told.body


def test_what_stays_in_the_spool_for_good_holds_back_no_news() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS)
    come(1, NOW + MINUTE)
    assert tell(ops, NOW + timedelta(days=4), spooled_since=NOW) is not None


def test_what_happened_before_a_notification_was_set_is_not_told() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS)
    come(1, NOW)
    assert tell(ops, NOW + 5 * MINUTE) is None


def test_a_topic_that_was_not_asked_for_is_not_told() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS)
    come(2, NOW + MINUTE, error="entity-missing")
    told = tell(ops, NOW + 5 * MINUTE)
    assert told is not None and told.title == "Hookline: 2 new webhooks"


def test_a_notification_of_one_source_tells_of_no_other() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS, Topic.PROCESSING_ERRORS, source="shop")
    come(5, NOW + MINUTE, source="forms", error="entity-missing")
    come(2, NOW + MINUTE, source="shop")
    told = tell(ops, NOW + 5 * MINUTE)
    assert told is not None and told.title == "Hookline: 2 new webhooks"


def test_no_data_is_told_unless_asked_for() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS, Topic.PROCESSING_ERRORS)
    come(2, NOW + MINUTE, error="entity-missing")
    told = tell(ops, NOW + 5 * MINUTE)
    assert told is not None and EMAIL not in told.title + told.body


def test_data_that_was_asked_for_is_told_as_parameters_and_bounded() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS, with_data=True)
    come(MOST_BODIES + 5, NOW + MINUTE)
    told = tell(ops, NOW + 5 * MINUTE)
    assert told is not None and told.body.count(f"  Email: {EMAIL}") == MOST_BODIES
    assert "The data of 5 more webhooks is in the console." in told.body


def test_a_large_body_is_cut() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS, with_data=True)
    (large,) = come(1, NOW + MINUTE)
    with transaction() as session:
        session.get_one(Webhook, large).request_body = b"x" * 1_000_000
    told = tell(ops, NOW + 5 * MINUTE)
    assert told is not None and len(told.body) < MOST_CHARACTERS + 500
    assert "(1000000 bytes in all)" in told.body


@pytest.mark.parametrize(("cleared", "words"), [(False, "is stuck"), (True, "moves again")])
def test_an_alarm_is_told_at_once_and_once(cleared: bool, words: str) -> None:
    ops = set_up(Topic.STUCK_QUEUE)
    at = NOW + 5 * MINUTE
    with transaction() as session:
        session.add(
            Alarm(
                topic=Topic.STUCK_QUEUE,
                since=NOW,
                raised_at=NOW - MINUTE if cleared else at,
                cleared_at=at if cleared else None,
            )
        )
    told = tell(ops, at)
    assert told is not None and words in told.title
    assert tell(ops, NOW + 10 * MINUTE) is None


def test_a_notification_in_hand_is_taken_by_no_other_run() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS)
    assert take(ops, NOW)
    assert take(ops, NOW + IN_HAND_FOR - timedelta(microseconds=1)) is None


def test_a_run_that_was_killed_holds_a_notification_no_longer_than_that() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS)
    assert take(ops, NOW)
    assert take(ops, NOW + IN_HAND_FOR)


def test_a_marker_never_moves_back() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS)
    tell(ops, NOW - 5 * MINUTE)
    slow = take(ops, NOW + MINUTE)
    assert slow is not None
    tell(ops, later := NOW + MINUTE + IN_HAND_FOR)
    with transaction() as session:
        put_down(session, slow.delivery(Result.SENT), later)
    with reading() as session:
        assert session.get_one(Notification, ops).told_until == later - SETTLE


def test_a_message_of_many_kinds_is_bounded() -> None:
    ops = set_up(Topic.PROCESSING_ERRORS)
    for number in range(40):
        come(1, NOW + MINUTE, source=f"source {number}", error="entity-missing")
    told = tell(ops, NOW + 5 * MINUTE)
    assert told is not None and "and 10 others" in told.body


@pytest.mark.parametrize("address", ["", "nonsense-secret", "http://secret", "json://a,json://b"])
def test_an_address_that_apprise_does_not_know_is_refused_and_not_quoted(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotificationError) as refused, transaction() as session:
        add_notification(session, "ops", address, [Topic.NEW_WEBHOOKS])
    assert "secret" not in str(refused.value) + "".join(capfd.readouterr())


def test_an_address_is_shown_without_its_secrets() -> None:
    assert masked("mailto://ada:hunter2@example.com?to=x@y.z") == "mailto://***"


def test_nothing_is_no_news() -> None:
    taken = take(set_up(Topic.NEW_WEBHOOKS), NOW)
    assert taken is not None and not News(taken.span)
