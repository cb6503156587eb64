"""What a notification has to tell since its marker: counts and ids, and data where asked for."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, String, and_, cast, func
from sqlmodel import Session, col, or_, select

from models.notifying.tables import Alarm, Notification, Topic
from models.webhook import Webhook, WebhookParseError

MOST_BODIES = 20
"""Webhooks whose data one message holds; the rest are counted."""

MOST_BODY_BYTES = 64 * 1024
"""How much of a body is read for a message."""


@dataclass(frozen=True)
class Span:
    """From a moment, which was told, until another, which is to be."""

    after: datetime
    until: datetime


@dataclass(frozen=True)
class ErrorGroup:
    """Errors of one kind, in one column, from one source."""

    source: str
    kind: str
    column: str | None
    """Without a column, the webhooks have failed; with one, it stayed empty."""
    count: int
    advice: str
    examples: tuple[UUID, ...]


@dataclass(frozen=True)
class Arrivals:
    """New webhooks from one source."""

    source: str
    count: int
    examples: tuple[UUID, ...]


@dataclass(frozen=True)
class Data:
    """What one webhook says, for a user who asked for it."""

    webhook_id: UUID
    source: str
    received_at: datetime
    content_type: str | None
    size: int
    body: bytes
    """The body, or its first bytes."""


@dataclass(frozen=True)
class News:
    """All that one message has to say."""

    span: Span
    arrivals: list[Arrivals] = field(default_factory=list)
    errors: list[ErrorGroup] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    data: list[Data] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.arrivals or self.errors or self.alarms)


def collect(session: Session, to: Notification, span: Span, alarms: Span) -> News:
    """Collect what a notification is to tell: a few queries, however much has happened.

    Args:
        session: a session that reads.
        to: the notification.
        span: of webhooks and errors.
        alarms: the span of alarms, which are known at once.
    """
    news = News(
        span,
        _arrivals(session, to, span) if to.tells(Topic.NEW_WEBHOOKS) else [],
        _errors(session, to, span) if to.tells(Topic.PROCESSING_ERRORS) else [],
        _alarms(session, to, alarms),
    )
    if to.with_data:
        news.data.extend(_data(session, to, span, news.errors))
    return news


def _received_in(to: Notification, span: Span) -> ColumnElement[bool]:
    received = and_(col(Webhook.received_at) > span.after, col(Webhook.received_at) <= span.until)
    return and_(received, _of_source(to))


def _of_source(to: Notification) -> ColumnElement[bool]:
    if to.webhook_source is None:
        return col(Webhook.id).is_not(None)
    return col(Webhook.webhook_source) == to.webhook_source


def _arrivals(session: Session, to: Notification, span: Span) -> list[Arrivals]:
    source = col(Webhook.webhook_source)
    found = session.execute(
        select(source, func.count(), *_first_and_last(Webhook.id))
        .where(_received_in(to, span))
        .group_by(source)
        .order_by(func.count().desc(), source)
    )
    return [Arrivals(name, count, _ids(first, last)) for name, count, first, last in found]


def _errors(session: Session, to: Notification, span: Span) -> list[ErrorGroup]:
    error = WebhookParseError
    group = (col(Webhook.webhook_source), col(error.kind), col(error.column))
    found = session.execute(
        select(  # type: ignore[call-overload]
            *group,
            func.count(func.distinct(error.webhook_id)),
            func.min(error.advice),
            *_first_and_last(error.webhook_id),
        )
        .join(Webhook, col(Webhook.id) == error.webhook_id)
        .where(col(error.logged_at) > span.after, col(error.logged_at) <= span.until)
        .where(_of_source(to))
        .group_by(*group)
        .order_by(func.count().desc(), *group)
    )
    return [
        ErrorGroup(source, kind, column, count, advice, _ids(first, last))
        for source, kind, column, count, advice, first, last in found
    ]


def _first_and_last(of: Any) -> tuple[Any, Any]:
    # PostgreSQL before 18 orders no UUIDs; as text they keep their order.
    return func.min(cast(of, String)), func.max(cast(of, String))


def _ids(*texts: str) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(UUID(text) for text in texts))


def _alarms(session: Session, to: Notification, span: Span) -> list[Alarm]:
    topics = [topic for topic in to.topics() if topic in (Topic.STUCK_QUEUE, Topic.SILENT_SOURCE)]
    raised = and_(col(Alarm.raised_at) > span.after, col(Alarm.raised_at) <= span.until)
    cleared = and_(col(Alarm.cleared_at) > span.after, col(Alarm.cleared_at) <= span.until)
    query = select(Alarm).where(col(Alarm.topic).in_(topics)).where(or_(raised, cleared))
    if to.webhook_source is not None:  # the queue is everybody's
        query = query.where(col(Alarm.webhook_source).in_(("", to.webhook_source)))
    return list(session.exec(query.order_by(col(Alarm.raised_at), col(Alarm.id))))


def _data(session: Session, to: Notification, span: Span, errors: list[ErrorGroup]) -> list[Data]:
    wanted: list[ColumnElement[bool]] = [
        col(Webhook.id).in_([each for group in errors for each in group.examples])
    ]
    if to.tells(Topic.NEW_WEBHOOKS):
        wanted.append(_received_in(to, span))
    found = session.execute(
        select(  # type: ignore[call-overload]
            Webhook.id,
            Webhook.webhook_source,
            Webhook.received_at,
            Webhook.content_type,
            func.length(Webhook.request_body),
            func.substr(Webhook.request_body, 1, MOST_BODY_BYTES, type_=LargeBinary),
        )
        .where(or_(*wanted))
        .order_by(col(Webhook.received_at), col(Webhook.id))
        .limit(MOST_BODIES)
    )
    return [Data(*row) for row in found]
