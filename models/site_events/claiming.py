"""Which visitors a run may fetch, and what is set once it has: state in rows, as for webhooks.

The claim is a lease: a visitor that a run took is due again once the lease is over, so that one
whose run was killed is fetched by the next. Times are moments in UTC.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, update
from sqlmodel import Session, col, select

from models.entities.form_submit import FormSubmit
from models.lookups import LandingPage
from models.site_events.consent import refusing_among
from models.site_events.outcome import Fetch
from models.site_events.tracking import NO_CONSENT_KIND, FormTracking, WebVisitor

LEASE = timedelta(minutes=15)
SYNCHRONIZED_FOR = timedelta(hours=20)
"""A visitor fetched less long ago is not fetched again by the daily run."""

COOKIE_LIFE = timedelta(days=400)
"""Matomo's cookie lives 13 months from the last visit: after that the id comes no more."""

ASK_AGAIN = timedelta(days=1)
"""How long a visitor is left alone for want of consent, until the forms are asked again."""

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)


def claim_due(
    session: Session, limit: int, now: datetime, among: Collection[UUID] | None = None
) -> list[UUID]:
    """Take up to `limit` visitors that are due, those that waited longest first.

    Args:
        session: the transaction to write in.
        limit: how many to take.
        now: the present moment.
        among: the ids to take from; None for all.
    """
    due = [col(WebVisitor.due_at) <= now]
    if among is not None:
        due.append(col(WebVisitor.id).in_(among))
    return _claim(session, due, col(WebVisitor.due_at), limit, now)


def claim_to_synchronize(session: Session, limit: int, now: datetime) -> list[UUID]:
    """Take up to `limit` visitors for whom nothing is due, and that may have been back since."""
    last_known = func.coalesce(WebVisitor.seen_until, WebVisitor.claimed_at)
    quiet = [
        col(WebVisitor.due_at).is_(None),
        col(WebVisitor.fetched_at) < now - SYNCHRONIZED_FOR,
        last_known > now - COOKIE_LIFE,
    ]
    return _claim(session, quiet, col(WebVisitor.fetched_at), limit, now)


def count_waiting(session: Session, now: datetime) -> int:
    """Count the visitors of tracked sites that are due, or that failed and wait to be tried."""
    waits = or_(col(WebVisitor.due_at) <= now, col(WebVisitor.failures) > 0)
    return session.exec(
        select(func.count())
        .select_from(WebVisitor)
        .where(col(WebVisitor.due_at).is_not(None), waits, _is_tracked())
    ).one()


def _is_tracked() -> ColumnElement[bool]:
    """Say in SQL whether a landing page of the visitor's site is still to be tracked."""
    sites = select(LandingPage.matomo_site_id).where(
        col(LandingPage.tracking), col(LandingPage.matomo_site_id).is_not(None)
    )
    return col(WebVisitor.matomo_site_id).in_(sites)


def _claim(
    session: Session, conditions: Sequence[Any], order: Any, limit: int, now: datetime
) -> list[UUID]:
    while claimed := _claim_any(session, conditions, order, limit, now):
        if allowed := _without_refused(session, claimed, now):
            return allowed
    return []


def _claim_any(
    session: Session, conditions: Sequence[Any], order: Any, limit: int, now: datetime
) -> list[UUID]:
    chosen = (
        select(WebVisitor.id)
        .where(*conditions, _is_tracked())
        .order_by(order, col(WebVisitor.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    claimed = session.execute(
        update(WebVisitor)
        .where(col(WebVisitor.id) == chosen.c.id)
        .values(due_at=now + LEASE)
        .returning(col(WebVisitor.id)),
        execution_options={"synchronize_session": False},
    ).scalars()
    return sorted(claimed)


def _without_refused(session: Session, web_visitor_ids: list[UUID], now: datetime) -> list[UUID]:
    """Let go of visitors whom a contact who said no has named; tomorrow they may have said yes."""
    named = session.exec(
        select(FormTracking.web_visitor_id, FormSubmit.contact_id)
        .join(FormSubmit, col(FormSubmit.id) == col(FormTracking.form_submit_id))
        .where(col(FormTracking.web_visitor_id).in_(web_visitor_ids))
    ).all()
    refusing = refusing_among(session, {contact for _, contact in named if contact})
    refused = {visitor for visitor, contact in named if contact in refusing}
    session.execute(
        update(WebVisitor)
        .where(col(WebVisitor.id).in_(refused))
        .values(due_at=now + ASK_AGAIN, error_kind=NO_CONSENT_KIND, failures=0),
        execution_options={"synchronize_session": False},
    )
    return [each for each in web_visitor_ids if each not in refused]


def settle(session: Session, fetches: Sequence[Fetch], now: datetime) -> None:
    """Set what became of visitors that were fetched: when they are due again, what went wrong."""
    visitors = {
        visitor.id: visitor
        for visitor in session.exec(
            select(WebVisitor)
            .where(col(WebVisitor.id).in_([fetch.web_visitor_id for fetch in fetches]))
            .order_by(col(WebVisitor.id))
            .with_for_update()
        )
    }
    for fetch in fetches:
        if visitor := visitors.get(fetch.web_visitor_id):
            _settle(visitor, fetch, now)
    session.flush()


def _settle(visitor: WebVisitor, fetch: Fetch, now: datetime) -> None:
    visitor.error_kind = fetch.error
    if fetch.error:
        visitor.failures += 1
        asked = timedelta(seconds=fetch.retry_after or 0)
        visitor.due_at = now + min(max(wait_after(visitor.failures), asked), LONGEST_WAIT)
        return
    visitor.failures, visitor.fetched_at = 0, now
    visitor.seen_until = max(filter(None, (visitor.seen_until, fetch.seen_until)), default=None)
    ends = visitor.settles_at
    visitor.due_at = ends if ends and fetch.began_at and ends > fetch.began_at else None


def wait_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row: 5, 10, 20 minutes, to 6 hours."""
    wait: timedelta = FIRST_WAIT * 2 ** min(failures - 1, 10)
    return min(wait, LONGEST_WAIT)
