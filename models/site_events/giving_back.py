"""Which forms Matomo is told of: once each, soon after they came, and never of who said no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.entities.form_submit import FormSubmit
from models.site_events.consent import came_at, refusing_among
from models.site_events.tracking import FOLLOWED, FormTracking, WebVisitor

TOLD_WITHIN = timedelta(hours=23)
"""Matomo takes moments of the last 24 hours from anybody; older ones need a token to write."""


@dataclass(frozen=True)
class Lead:
    """A form of a visitor, as Matomo is told of it."""

    form_id: UUID
    matomo_site_id: int
    visitor_id: str
    page_url: str | None
    at: datetime


def claim_leads(session: Session, limit: int, now: datetime) -> list[Lead]:
    """Mark up to `limit` forms as given back, the oldest first, and return them."""
    found = session.exec(
        select(FormTracking, FormSubmit, WebVisitor)
        .join(FormSubmit, col(FormSubmit.id) == col(FormTracking.form_submit_id))
        .join(WebVisitor, col(WebVisitor.id) == col(FormTracking.web_visitor_id))
        .where(col(FormTracking.tracking).in_(FOLLOWED))
        .where(col(FormTracking.given_back_at).is_(None))
        .where(col(FormTracking.noted_at) > now - TOLD_WITHIN)
        .where(col(FormSubmit.created_at) > now - TOLD_WITHIN)
        .order_by(col(FormTracking.noted_at))
        .limit(limit)
        .with_for_update(of=FormTracking.__table__, skip_locked=True)  # type: ignore[attr-defined]
    ).all()
    refusing = refusing_among(session, {form.contact_id for _, form, _ in found if form.contact_id})
    leads = [_lead(form, visitor) for _, form, visitor in found if form.contact_id not in refusing]
    _mark(session, [tracking.form_submit_id for tracking, _, _ in found], now)
    return [lead for lead in leads if lead.at > now - TOLD_WITHIN]


def let_go(session: Session, leads: Sequence[Lead]) -> None:
    """Take the mark back from forms that Matomo was not told of."""
    _mark(session, [lead.form_id for lead in leads], None)


def _mark(session: Session, form_ids: Sequence[UUID], at: datetime | None) -> None:
    statement: Any = (
        update(FormTracking)
        .where(col(FormTracking.form_submit_id).in_(form_ids))
        .values(given_back_at=at)
    )
    session.execute(statement, execution_options={"synchronize_session": False})


def _lead(form: FormSubmit, visitor: WebVisitor) -> Lead:
    return Lead(
        form_id=form.id,
        matomo_site_id=visitor.matomo_site_id,
        visitor_id=visitor.visitor_id,
        page_url=form.page_url,
        at=came_at(form.submitted_at, form.created_at),
    )
