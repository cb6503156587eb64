"""Claimed webhooks that go back to New at once, since the run that had them is over.

Without this they would stay in Processing for its whole period. Whoever goes on with one of them
all the same does no harm: it finds it in another status, or keeps others off until it is done.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.setwise.among import among
from models.webhook import Status, Webhook


def holders(session: Session, before: datetime) -> list[UUID]:
    """Return the runs that claimed webhooks before then, and are not through with them."""
    claimed = select(Webhook.flow_run_id).where(
        Webhook.status == Status.PROCESSING,
        col(Webhook.flow_run_id).is_not(None),
        col(Webhook.status_since) < before,
    )
    return [run for run in session.exec(claimed.distinct()) if run is not None]


def give_back(
    session: Session, run_ids: Collection[UUID], now: datetime, *, blameless: bool
) -> int:
    """Set what these runs have claimed and not finished back to New; count it.

    Args:
        session: the transaction that it happens in.
        run_ids: runs that are over.
        now: since when the webhooks are New.
        blameless: whether the run was told to end, so that the attempt does not count. One that
            was killed may have been killed by a webhook.
    """
    attempts = col(Webhook.attempts)
    given_back = session.execute(
        update(Webhook)
        .where(among(Webhook.flow_run_id, run_ids), col(Webhook.status) == Status.PROCESSING)
        .values(
            status=Status.NEW, status_since=now, attempts=attempts - 1 if blameless else attempts
        ),
        execution_options={"synchronize_session": False},
    )
    return given_back.rowcount  # type: ignore[attr-defined, no-any-return]
