"""Which webhooks a run may work on: claims, and the way back for those that got stuck.

The claim is the only guard between runs: whatever runs at once, a webhook is claimed by one.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.webhook import Status, Webhook, WebhookStatus


def claim(session: Session, limit: int, now: datetime) -> list[UUID]:
    """Set up to `limit` New webhooks, the oldest first, to Processing, and return their ids.

    PostgreSQL skips what another run is claiming at this moment. SQLite has one writer at a time,
    so that there the claims come one after the other.
    """
    # A common table expression is evaluated once. In a subquery, PostgreSQL may evaluate the
    # limit again for each row that it joins, and claim more than was asked for.
    oldest = (
        select(Webhook.id)
        .where(Webhook.status == Status.NEW)
        .order_by(col(Webhook.received_at), col(Webhook.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("oldest")
    )
    claimed = session.execute(
        update(Webhook)
        .where(col(Webhook.id) == oldest.c.id)
        .values(status=Status.PROCESSING, status_since=now, attempts=col(Webhook.attempts) + 1)
        .returning(col(Webhook.received_at), col(Webhook.id)),
        execution_options={"synchronize_session": False},
    )
    return [webhook_id for _, webhook_id in sorted(claimed)]


def some_are_new(session: Session) -> bool:
    """Say whether any webhook waits, at the cost of one look at an index."""
    return (
        session.exec(select(Webhook.id).where(Webhook.status == Status.NEW).limit(1)).first()
        is not None
    )


def put_back_stuck(session: Session, now: datetime) -> int:
    """Set webhooks that stayed in Processing longer than its period back to New; count them.

    Their run was killed or lost its database. What it had committed is Done or Failed, so that
    these have no record yet.
    """
    put_back = session.execute(
        update(Webhook)
        .where(col(Webhook.status) == Status.PROCESSING)
        .where(col(Webhook.status_since) < now - _processing_period(session))
        .values(status=Status.NEW, status_since=now),
        execution_options={"synchronize_session": False},
    )
    return put_back.rowcount  # type: ignore[attr-defined, no-any-return]


def _processing_period(session: Session) -> timedelta:
    seconds = session.exec(
        select(WebhookStatus.period_seconds).where(WebhookStatus.name == Status.PROCESSING)
    ).one()
    return timedelta(seconds=seconds)


def chunks(ids: list[UUID], least: int = 50, most_chunks: int = 50) -> list[list[UUID]]:
    """Cut a batch into chunks of at least `least`, and into at most `most_chunks` of them.

    A task run costs as much for a chunk as for one webhook, in time and in Prefect's database.
    """
    size = max(least, -(-len(ids) // most_chunks))
    return [ids[start : start + size] for start in range(0, len(ids), size)]
