"""The way of a message in rows: taken in hand, collected, delivered or to be tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import Session, col, or_, select

from models.notifying.news import Span
from models.notifying.tables import Notification
from models.receiving.spool import OVERDUE_AFTER

IN_HAND_FOR = timedelta(minutes=5)
"""Longer than a message takes to be sent; after that its run was killed."""


class Result(StrEnum):
    """What became of a notification in a run."""

    SENT = "sent"
    NOTHING = "had nothing to tell"
    NOT_REACHED = "not reached"
    IN_HAND = "in hand of another run"


@dataclass(frozen=True)
class Delivery:
    """What became of a notification, and how far it has been told; nothing of what was said."""

    notification_id: UUID
    result: Result
    told_until: datetime | None = None
    alarms_told_until: datetime | None = None


@dataclass(frozen=True)
class InHand:
    """A notification that this run alone has, and the spans that it is to tell of."""

    notification: Notification
    span: Span
    alarms: Span

    def delivery(self, result: Result) -> Delivery:
        """Say what became of it."""
        return Delivery(self.notification.id, result, self.span.until, self.alarms.until)


def notification_ids(session: Session) -> list[UUID]:
    """Return the ids of all notifications."""
    return list(session.exec(select(Notification.id).order_by(col(Notification.name))))


def take_in_hand(
    session: Session,
    notification_id: UUID,
    now: datetime,
    settle: timedelta,
    spooled_since: datetime | None = None,
) -> InHand | None:
    """Take a notification so that no other run tells the same, or None where another has it.

    Args:
        session: a transaction whose turn it is (`wait_for_turn`).
        notification_id: whose turn it is.
        now: the present moment.
        settle: see `settled_until`.
        spooled_since: likewise.
    """
    taken = session.execute(
        update(Notification)
        .where(col(Notification.id) == notification_id)
        .where(
            or_(
                col(Notification.sending_until).is_(None),
                col(Notification.sending_until) <= now,
            )
        )
        .values(sending_until=now + IN_HAND_FOR)
        .returning(Notification)
    ).scalar_one_or_none()
    if taken is None:
        return None
    until = settled_until(now, _oldest_writer(session), settle, spooled_since)
    return InHand(
        taken,
        Span(taken.told_until, max(until, taken.told_until)),
        Span(taken.alarms_told_until, now),
    )


def _oldest_writer(session: Session) -> timedelta:
    """Return since how long another transaction that has written is open."""
    if session.get_bind().dialect.name == "sqlite":  # this one keeps all others off
        return timedelta()
    open_for: timedelta | None = session.execute(
        text(
            "SELECT max(clock_timestamp() - xact_start) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
            " AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
    ).scalar_one()
    return max(open_for or timedelta(), timedelta())


def settled_until(
    now: datetime,
    oldest_writer: timedelta,
    settle: timedelta,
    spooled_since: datetime | None = None,
) -> datetime:
    """Return up to when all that happened can be read: what is committed late is not passed over.

    What is written by a transaction that is open now is dated before its end. Nothing later than
    the begin of the oldest of them is told yet, and nothing later than what waits in the spool,
    which is delivered with the moment of its receipt. What was not delivered in the time it has is
    waited for no longer: people hear of it as a run that failed.

    Args:
        now: the present moment.
        oldest_writer: since how long the oldest transaction that writes is open.
        settle: longest time between reading the clock and the begin of a transaction.
        spooled_since: since when the spool holds something, read before the news are.
    """
    settled = now - oldest_writer
    if spooled_since and now - spooled_since <= OVERDUE_AFTER:
        settled = min(settled, spooled_since)
    return settled - settle


def put_down(session: Session, delivery: Delivery, now: datetime) -> None:
    """Note what became of a notification; its markers move only where it was told all.

    A message that was sent is noted even where the run was slow and another has begun.
    """
    if delivery.result is Result.IN_HAND:
        return
    notification = session.get(Notification, delivery.notification_id)
    if notification is None:  # removed meanwhile
        return
    notification.sending_until = None
    if delivery.result is Result.NOT_REACHED:
        notification.failing_since = notification.failing_since or now
        return
    if delivery.told_until and delivery.alarms_told_until:
        notification.told_until = max(notification.told_until, delivery.told_until)
        notification.alarms_told_until = max(
            notification.alarms_told_until, delivery.alarms_told_until
        )
    if delivery.result is Result.SENT:
        notification.last_sent_at, notification.failing_since = now, None
