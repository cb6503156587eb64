"""Which webhooks have stayed in their status for too long, and their deletion, batch by batch.

Records, their ties to webhooks and the decisions on contacts stay. The log of a webhook's errors
goes with it, by the database's own cascade.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from models.processing.periods import latest_arrival
from models.webhook import Status, Webhook

Counts = Counter[tuple[str, str]]
"""How many webhooks, by status and source."""


def deadlines(periods: Mapping[str, timedelta], now: datetime) -> dict[str, datetime]:
    """Return, for each status, the moment before which a webhook must have come to it to go.

    Processing is none of them: what stays there for too long goes back to New.
    """
    return {
        status: latest_arrival(now, period)
        for status, period in periods.items()
        if status != Status.PROCESSING
    }


def count_old(session: Session, status: str, before: datetime) -> Counter[str]:
    """Count the webhooks that would be deleted, by source."""
    counted = session.exec(
        select(Webhook.webhook_source, func.count())
        .where(Webhook.status == status, col(Webhook.status_since) < before)
        .group_by(Webhook.webhook_source)
    )
    return Counter(dict(counted.all()))


@dataclass(frozen=True)
class Batch:
    """What one transaction deleted."""

    by_source: Counter[str]
    reached: datetime
    """How far it came: none of the status that is older was left, but what others held."""


def delete_oldest(
    session: Session, status: str, before: datetime, limit: int, reached: datetime | None = None
) -> Batch | None:
    """Delete up to `limit` webhooks of a status, the oldest first; None where none is old enough.

    PostgreSQL passes over what another transaction holds at this moment, so that nobody waits.
    `reached` is where the batch before ended: what that one deleted stands in the index until a
    backup or a long report has ended, and would be read again and again.
    """
    oldest = (
        select(Webhook.id)
        .where(Webhook.status == status, col(Webhook.status_since) < before)
        .order_by(col(Webhook.status_since))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if reached is not None:
        oldest = oldest.where(col(Webhook.status_since) >= reached)
    # A common table expression is evaluated once, so that the limit is kept, as in claiming.
    deleted = session.execute(
        delete(Webhook)
        .where(col(Webhook.id).in_(select(oldest.cte("oldest").c.id)))
        .returning(col(Webhook.webhook_source), col(Webhook.status_since)),
        execution_options={"synchronize_session": False},
    ).all()
    if not deleted:
        return None
    return Batch(Counter(source for source, _ in deleted), max(since for _, since in deleted))


def sentence(counts: Counts, dry_run: bool) -> str:
    """Count what went, or would go: `Deleted 12 webhooks: 10 Done, 2 Failed`."""
    total = counts.total()
    if not total:
        return "No webhook has stayed in its status for longer than its period"
    of_status: Counter[str] = Counter()
    for (status, _), count in counts.items():
        of_status[status] += count
    parts = ", ".join(f"{count} {status}" for status, count in of_status.most_common())
    verb = "Would delete" if dry_run else "Deleted"
    return f"{verb} {total} webhook{'s' if total != 1 else ''}: {parts}"


def as_rows(counts: Counts) -> list[dict[str, str]]:
    """Return the counts as rows of a table for people, the largest first."""
    return [
        {"status": status, "source": source, "webhooks": str(count)}
        for (status, source), count in counts.most_common()
    ]
