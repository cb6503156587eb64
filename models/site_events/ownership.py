"""Whose visits they are: of all contacts whose forms name a visitor, the one whose came first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import case, update
from sqlmodel import Session, col, select

from models.entities.form_submit import FormSubmit
from models.site_events.tables import WebSession
from models.site_events.tracking import FOLLOWED, FormTracking, Tracking, WebVisitor


def settle_ownership(session: Session, web_visitor_ids: Sequence[UUID]) -> None:
    """Give visits to the contact that their visitor belongs to, and note who came second.

    A form that arrives late may have been sent first: then the visits change hands. Two
    statements, which write only what changes.
    """
    if not web_visitor_ids:
        return
    owner = (
        select(WebVisitor.contact_id)
        .where(col(WebVisitor.id) == col(WebSession.web_visitor_id))
        .scalar_subquery()
    )
    _update(
        session,
        update(WebSession)
        .where(col(WebSession.web_visitor_id).in_(web_visitor_ids))
        .where(col(WebSession.contact_id) != owner)
        .values(contact_id=owner),
    )
    is_owner = (
        select(FormSubmit.id)
        .join(WebVisitor, col(WebVisitor.contact_id) == col(FormSubmit.contact_id))
        .where(col(FormSubmit.id) == col(FormTracking.form_submit_id))
        .where(col(WebVisitor.id) == col(FormTracking.web_visitor_id))
        .exists()
    )
    tracking = case((is_owner, Tracking.TRACKED), else_=Tracking.ANOTHER_CAME_FIRST)
    _update(
        session,
        update(FormTracking)
        .where(col(FormTracking.web_visitor_id).in_(web_visitor_ids))
        .where(col(FormTracking.tracking).in_(FOLLOWED), col(FormTracking.tracking) != tracking)
        .values(tracking=tracking),
    )


def _update(session: Session, statement: Any) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})
