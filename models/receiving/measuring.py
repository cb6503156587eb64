"""How much waits and how long it has waited, found at the same cost whatever has piled up."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from models.webhook import Status, Webhook

MOST = 100_000
"""Webhooks of a status are counted up to this: it is an index's entries, and a few milliseconds."""


def webhooks_by_status(session: Session, most: int = MOST) -> dict[Status, int]:
    """Count the webhooks in each status; where there are more than `most`, that is the count."""
    return {status: _count(session, status, most) for status in Status}


def _count(session: Session, status: Status, most: int) -> int:
    some = select(col(Webhook.status)).where(Webhook.status == status).limit(most).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def oldest_new(session: Session) -> datetime | None:
    """Return when the oldest webhook was received that still waits."""
    return session.exec(
        select(Webhook.received_at)
        .where(Webhook.status == Status.NEW)
        .order_by(col(Webhook.received_at))
        .limit(1)
    ).first()
