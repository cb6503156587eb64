"""How many webhooks there are: by hour or day, source and outcome; and what waits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.looking.choosing import NEW, TROUBLED, WARNED, in_hand
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
    counted_at: datetime | None = None

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
    """Count what was received in a period that ends now: from indexes alone, no row is read.

    A bar at a time: of a whole month, a database would rather read the table than its index.
    """
    starts = period.starts(now)
    by_source: dict[str, list[int]] = {}
    for place, start in enumerate(starts):
        end = starts[place + 1] if place + 1 < len(starts) else None
        for source, count in session.execute(_by_source(start, end)):
            by_source.setdefault(source, [0] * len(starts))[place] = count
    largest_first = sorted(by_source.items(), key=lambda each: -sum(each[1]))
    total = sum(map(sum, by_source.values()))
    outcomes = _outcomes(session, starts[0], total)
    return Received(starts, dict(largest_first), outcomes, now)


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


def _by_source(start: datetime, end: datetime | None) -> Any:
    """Count by source, through the index of sources and moments, a range a source.

    The last bar has no end, since a clock may be ahead of ours.
    """
    sources = _sources()
    received_at = col(Webhook.received_at)
    return (
        select(sources.c.name, func.count())
        .select_from(sources)
        .join(Webhook, col(Webhook.webhook_source) == sources.c.name)
        .where(received_at >= start, *([received_at < end] if end else []))
        .group_by(sources.c.name)
    )


def _sources() -> Any:
    """Name the sources that webhooks came from, by a leap through the index for each."""
    first = select(func.min(Webhook.webhook_source).label("name")).cte("sources", recursive=True)
    above = (
        select(func.min(Webhook.webhook_source))
        .where(col(Webhook.webhook_source) > first.c.name)
        .scalar_subquery()
    )
    return first.union_all(select(above).where(first.c.name.is_not(None)))


def _outcomes(session: Session, since: datetime, total: int) -> Counter[str]:
    """Count the outcomes but one: what is neither troubled nor waiting is Done."""
    troubled = session.execute(
        select(Webhook.status, func.count())
        .where(TROUBLED, col(Webhook.received_at) >= since)
        .group_by(col(Webhook.status))
    )
    names = {Status.DONE: WARNED}
    outcomes = Counter({names.get(status, status): count for status, count in troubled})
    for held in (NEW, col(Webhook.id).in_(in_hand())):
        status = Status.NEW if held is NEW else Status.PROCESSING
        untroubled = (held, col(Webhook.received_at) >= since, col(Webhook.error_count) == 0)
        counted = select(func.count()).select_from(Webhook).where(*untroubled)
        outcomes[status] += session.exec(counted).one()
    outcomes[Status.DONE] = total - outcomes.total()
    return outcomes
