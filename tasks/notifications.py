"""Tasks on notifications: watch for what is wrong, send to an address, note what became of it."""

from datetime import timedelta
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE

from models.database import reading, transaction
from models.identity import utc_now
from models.notifying.alarms import wait_for_turn, watch
from models.notifying.delivery import Delivery, InHand, Result, notification_ids, put_down
from models.notifying.delivery import take_in_hand as take
from models.notifying.message import message
from models.notifying.news import collect
from models.notifying.tables import Alarm
from models.receiving.spool import oldest_since
from models.settings import settings
from tasks.retries import DATABASE_TASK
from tasks.sending import send


@task(**DATABASE_TASK)
def watch_queue_and_sources() -> list[Alarm]:
    """Raise and clear alarms, and return those that changed."""
    stuck_after = timedelta(seconds=settings().queue_stuck_after_seconds)
    with transaction() as session:
        wait_for_turn(session)
        return watch(session, utc_now(), stuck_after)


@task(**DATABASE_TASK)
def list_notifications() -> list[UUID]:
    """Return the ids of all notifications."""
    with reading() as session:
        return notification_ids(session)


@task(cache_policy=NO_CACHE)
def send_notification(notification_id: UUID) -> Delivery:
    """Send to one address what it has not been told, and say what became of it.

    Never retried: an address that is down hears all of it from the next run. The address and what
    is said stay within this task, so that neither can reach Prefect.
    """
    if (in_hand := _take_in_hand(notification_id)) is None:
        return Delivery(notification_id, Result.IN_HAND)
    with reading() as session:
        news = collect(session, in_hand.notification, in_hand.span, in_hand.alarms)
    if not news:
        return in_hand.delivery(Result.NOTHING)
    told = message(news, settings().resolved_public_url())
    sent = send(in_hand.notification.address, told.title, told.body)
    return in_hand.delivery(Result.SENT if sent else Result.NOT_REACHED)


def _take_in_hand(notification_id: UUID) -> InHand | None:
    # A clock is read before a connection, and then the write lock, were waited for.
    settle = timedelta(seconds=2 * settings().database_timeout_seconds)
    with transaction() as session:
        wait_for_turn(session)
        spooled_since = oldest_since(settings().resolved_spool_path())
        return take(session, notification_id, utc_now(), settle, spooled_since)


@task(**DATABASE_TASK)
def note_delivery(delivery: Delivery) -> Delivery:
    """Note what became of a notification, so that what was sent is not told again."""
    with transaction() as session:
        put_down(session, delivery, utc_now())
    return delivery
