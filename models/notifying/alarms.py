"""What is wrong though nothing says so: a queue that is stuck, a source that has fallen silent."""

from datetime import datetime, timedelta

from sqlalchemy import func, text, update
from sqlmodel import Session, col, or_, select

from models.notifying.tables import Alarm, Topic
from models.source import WebhookSource
from models.webhook import Status, Webhook

# Any number, as long as it is always this one.
LOCK = 7_411_209_531

OVERLAP = timedelta(hours=1)
"""How far back webhooks are looked at again, for those that were committed late."""

Wrong = dict[tuple[str, str], datetime]
"""What is wrong at this moment, by topic and source, and since when."""


def wait_for_turn(session: Session) -> None:
    """Let one transaction at a time raise alarms or read them; read the clock after this.

    So an alarm that was raised before a moment is seen by all who come after that moment.
    """
    connection = session.connection()  # on SQLite a transaction alone keeps others off
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))


def watch(session: Session, now: datetime, stuck_after: timedelta) -> list[Alarm]:
    """Raise an alarm for what has gone wrong, clear those that are over; return what changed.

    Args:
        session: a transaction whose turn it is.
        now: the present moment.
        stuck_after: how long a webhook may wait in New before the queue counts as stuck.
    """
    _note_when_sources_were_heard(session)
    wrong = {**_stuck_queue(session, now - stuck_after), **_silent_sources(session, now)}
    standing = {
        (alarm.topic, alarm.webhook_source): alarm
        for alarm in session.exec(select(Alarm).where(col(Alarm.cleared_at).is_(None)))
    }
    raised = [
        Alarm(topic=topic, webhook_source=source, since=since, raised_at=now)
        for (topic, source), since in wrong.items()
        if (topic, source) not in standing
    ]
    session.add_all(raised)
    over = [alarm for key, alarm in standing.items() if key not in wrong]
    return [*raised, *_clear(session, over, now)]


def _clear(session: Session, over: list[Alarm], now: datetime) -> list[Alarm]:
    """End alarms; one about a source that is no longer watched goes without a word."""
    watched = {source.name for source in _watched(session)}
    cleared = []
    for alarm in over:
        if alarm.topic == Topic.SILENT_SOURCE and alarm.webhook_source not in watched:
            session.delete(alarm)
        else:
            alarm.cleared_at = now
            cleared.append(alarm)
    session.flush()
    return cleared


def _stuck_queue(session: Session, before: datetime) -> Wrong:
    """Find the queue stuck where a webhook waits since before a moment.

    What counts is how long it waits, not when it was received: an import brings old webhooks.
    """
    since = session.exec(
        select(func.min(Webhook.status_since)).where(Webhook.status == Status.NEW)
    ).one()
    return {(Topic.STUCK_QUEUE, ""): since} if since and since < before else {}


def _silent_sources(session: Session, now: datetime) -> Wrong:
    return {
        (Topic.SILENT_SOURCE, source.name): heard
        for source in _watched(session)
        for heard in [source.last_received_at or source.created_at]
        if now - heard > timedelta(seconds=source.silent_after_seconds or 0)
    }


def _watched(session: Session) -> list[WebhookSource]:
    query = select(WebhookSource).where(col(WebhookSource.silent_after_seconds).is_not(None))
    return list(session.exec(query))


def _note_when_sources_were_heard(session: Session) -> None:
    """Keep with each source when its newest webhook came, reading only what is new.

    Kept there, since webhooks are deleted before a year of silence is over.
    """
    query = select(Webhook.webhook_source, func.max(Webhook.received_at))
    heard = session.exec(select(func.max(WebhookSource.last_received_at))).one()
    if heard:
        query = query.where(Webhook.received_at > heard - OVERLAP)
    last = WebhookSource.last_received_at
    for name, at in session.exec(query.group_by(col(Webhook.webhook_source))):
        session.execute(
            update(WebhookSource)
            .where(col(WebhookSource.name) == name)
            .where(or_(col(last).is_(None), col(last) < at))
            .values(last_received_at=at)
        )
    session.expire_all()
