"""How many webhooks there are: by hour or day, source and outcome; and what waits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, case, func, literal_column
from sqlalchemy import cast as sql_cast
from sqlmodel import Session, col, select

from models.looking.choosing import NEW, WARNED
from models.webhook import Status, Webhook

MOST_COUNTED = 100_000
"""What waits is counted up to this."""


class Period(StrEnum):
    """What a chart shows."""

    DAY = "day"
    MONTH = "month"

    @property
    def step(self) -> timedelta:
        """Return how long one bar is."""
        return timedelta(hours=1) if self is Period.DAY else timedelta(days=1)

    @property
    def bars(self) -> int:
        """Return how many bars there are."""
        return 24 if self is Period.DAY else 30

    def starts(self, now: datetime) -> list[datetime]:
        """Return where each bar begins, the last of them being the present one."""
        last = now.replace(minute=0, second=0, microsecond=0)
        if self is Period.MONTH:
            last = last.replace(hour=0)
        return [last - self.step * back for back in reversed(range(self.bars))]


@dataclass(frozen=True)
class Received:
    """What was received in a period."""

    starts: Sequence[datetime]
    by_source: dict[str, list[int]]
    """For each source, the one with most first, how many in each bar."""
    outcomes: Counter[str]

    @property
    def total(self) -> int:
        """Return how many were received in all."""
        return self.outcomes.total()


@dataclass(frozen=True)
class Waiting:
    """What no run has finished yet."""

    new: int
    processing: int
    oldest_new: datetime | None


def received(session: Session, period: Period, now: datetime) -> Received:
    """Count what was received in a period that ends now: one query."""
    starts = period.starts(now)
    place = {start: number for number, start in enumerate(starts)}
    by_source: dict[str, list[int]] = {}
    outcomes: Counter[str] = Counter()
    for start, source, outcome, count in session.execute(_grouped(session, period, starts[0])):
        outcomes[outcome] += count
        bars = by_source.setdefault(source, [0] * len(starts))
        bars[place.get(_moment(start), len(starts) - 1)] += count  # a clock may be ahead of ours
    largest_first = sorted(by_source.items(), key=lambda each: -sum(each[1]))
    return Received(starts, dict(largest_first), outcomes)


def waiting(session: Session) -> Waiting:
    """Count what waits, and see how long: three looks at indexes."""
    new = select(Webhook.id).where(NEW).limit(MOST_COUNTED)
    processing = (
        select(Webhook.id)
        .where(Webhook.status == Status.PROCESSING)
        .order_by(col(Webhook.status_since))
        .limit(MOST_COUNTED)
    )
    oldest = (
        select(Webhook.received_at).where(NEW).order_by(col(Webhook.received_at), col(Webhook.id))
    )
    counted = [
        session.exec(select(func.count()).select_from(each.subquery())).one()
        for each in (new, processing)
    ]
    return Waiting(counted[0], counted[1], session.exec(oldest.limit(1)).first())


def _grouped(session: Session, period: Period, since: datetime) -> Any:
    start = _start_of_bar(session, period)
    warned = (col(Webhook.status) == Status.DONE) & (col(Webhook.error_count) > 0)
    outcome = case((warned, WARNED), else_=col(Webhook.status))
    return (
        select(start, Webhook.webhook_source, outcome, func.count())
        .where(col(Webhook.received_at) >= since)
        .group_by(literal_column("1"), literal_column("2"), literal_column("3"))
    )


def _start_of_bar(session: Session, period: Period) -> Any:
    if session.get_bind().dialect.name == "postgresql":
        unit = "hour" if period is Period.DAY else "day"
        return func.date_trunc(unit, sql_cast(col(Webhook.received_at), DateTime(timezone=True)))
    shape = "%Y-%m-%dT%H:00:00" if period is Period.DAY else "%Y-%m-%dT00:00:00"
    return func.strftime(shape, col(Webhook.received_at))


def _moment(start: Any) -> datetime:
    moment = datetime.fromisoformat(start) if isinstance(start, str) else start
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
