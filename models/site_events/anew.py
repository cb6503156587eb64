"""Fetching again, completely, what forms' visitors did: made due here, and counted afterwards.

What was fetched before is asked for again, since a visit that says what it said is not written.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from models.site_events.noting import Noted, note_forms
from models.site_events.outcome import Refetched
from models.site_events.tables import WebSession
from models.site_events.tracking import WebVisitor

WAITS = "waiting"


def fetch_anew(
    session: Session, form_ids: Collection[UUID], unless_since: datetime, now: datetime
) -> Noted:
    """Note forms, and have their visitors fetched for the past 12 months, whatever is known.

    Args:
        session: the transaction to write in.
        form_ids: up to `MOST_FORMS` forms; those without contact are left.
        unless_since: visitors fetched at this moment or later are not cut back: they were fetched
            for an earlier batch.
        now: the present moment.
    """
    noted = note_forms(session, form_ids, now)
    statement: Any = (
        update(WebVisitor)
        .where(col(WebVisitor.id).in_(noted.web_visitor_ids), _not_fetched_since(unless_since))
        .values(seen_until=None)
    )
    session.execute(statement, execution_options={"synchronize_session": False})
    return noted


def count_refetched(
    session: Session, web_visitor_ids: Collection[UUID], since: datetime
) -> Refetched:
    """Count the visitors fetched since a moment, and for what others were not: two queries."""
    kind = func.coalesce(WebVisitor.error_kind, WAITS)
    left = session.execute(
        select(kind, func.count())
        .where(col(WebVisitor.id).in_(web_visitor_ids), _not_fetched_since(since))
        .group_by(kind)
    )
    by_kind = {name: count for name, count in left}
    sessions = session.exec(
        select(func.count())
        .select_from(WebSession)
        .where(
            col(WebSession.web_visitor_id).in_(web_visitor_ids),
            col(WebSession.fetched_at) >= since,
        )
    ).one()
    return Refetched(len(web_visitor_ids) - sum(by_kind.values()), sessions, by_kind)


def _not_fetched_since(moment: datetime) -> Any:
    return or_(col(WebVisitor.fetched_at).is_(None), col(WebVisitor.fetched_at) < moment)
