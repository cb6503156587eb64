"""Counts of the requests that were refused, added to those of their hour."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from models.admitting.tables import WebhookRefusal
from models.setwise.writing import insert_into

Counts = Mapping[tuple[str, str], int]
"""How many requests, by source and reason."""


KEPT_FOR = timedelta(days=90)
"""How long counts are kept: as long as a webhook that failed."""


def forget_refusals(session: Session, now: datetime) -> None:
    """Delete the counts of hours that are too long ago to matter."""
    session.exec(delete(WebhookRefusal).where(col(WebhookRefusal.hour) < now - KEPT_FOR))


def add_refusals(session: Session, counts: Counts, now: datetime) -> None:
    """Add to the counts of this hour, in an order of rows in which no two wait for each other."""
    insert = insert_into(session, WebhookRefusal.__table__)  # type: ignore[attr-defined]
    total = WebhookRefusal.__table__.c.requests + insert.excluded.requests  # type: ignore[attr-defined]
    hour = now.replace(minute=0, second=0, microsecond=0)
    session.connection().execute(
        insert.on_conflict_do_update(
            index_elements=["webhook_source", "reason", "hour"], set_={"requests": total}
        ),
        [
            {"webhook_source": source, "reason": reason, "hour": hour, "requests": count}
            for (source, reason), count in sorted(counts.items())
        ],
    )


def refusals_of(session: Session, source: str, since: datetime) -> dict[str, int]:
    """Count a source's refused requests by reason, from the hour on that a moment lies in."""
    hour = since.replace(minute=0, second=0, microsecond=0)
    rows = session.exec(
        select(WebhookRefusal.reason, func.sum(WebhookRefusal.requests))
        .where(WebhookRefusal.webhook_source == source, col(WebhookRefusal.hour) >= hour)
        .group_by(WebhookRefusal.reason)
        .order_by(WebhookRefusal.reason)
    )
    return {reason: int(requests) for reason, requests in rows}
