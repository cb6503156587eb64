"""Contacts, forms and landing pages to test site events with, and a look at what was made."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, select

from models.database import reading, transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.identity import utc_now
from models.lookups import LandingPage
from models.site_events.noting import Noted, forms_waiting, note_forms
from models.site_events.tables import WebAction, WebSession
from models.site_events.tracking import FormTracking, WebVisitor
from tests.matomo_shapes import PAGE

ADA = "00000000000000aa"
BOB = "00000000000000bb"


def a_tracked_page(**fields: Any) -> UUID:
    """Make the landing page of `PAGE`, tracked as site 1."""
    with transaction() as session:
        said: dict[str, Any] = {"name": "Landing", "url": PAGE, "tracking": True}
        page = LandingPage(**(said | {"matomo_site_id": 1} | fields))
        session.add(page)
        return page.id


def a_contact() -> UUID:
    with transaction() as session:
        contact = Contact()
        session.add(contact)
        return contact.id


def a_form(visitor_id: str | None = ADA, contact_id: UUID | None = None, **fields: Any) -> UUID:
    """Make a form of a contact, a new one where none is named."""
    contact_id = contact_id or a_contact()
    with transaction() as session:
        said = {"contact_id": contact_id, "tracking_user_id": visitor_id, "page_url": PAGE}
        form = FormSubmit(**(said | fields))
        session.add(form)
        return form.id


def take_contact_from(form_id: UUID) -> None:
    _set_contact(form_id, None)


def give_contact_to(form_id: UUID) -> None:
    _set_contact(form_id, a_contact())


def _set_contact(form_id: UUID, contact_id: UUID | None) -> None:
    with transaction() as session:
        session.get_one(FormSubmit, form_id).contact_id = contact_id


def note(*form_ids: UUID, now: datetime | None = None) -> Noted:
    """Note forms, those that wait where none is named."""
    now = now or utc_now()
    with transaction() as session:
        return note_forms(session, form_ids or forms_waiting(session, now), now)


def tracking_of(form_id: UUID) -> str:
    with reading() as session:
        return session.get_one(FormTracking, form_id).tracking


def contact_of(form_id: UUID) -> UUID | None:
    with reading() as session:
        return session.get_one(FormSubmit, form_id).contact_id


def the_visitor() -> WebVisitor:
    with reading() as session:
        return session.exec(select(WebVisitor)).one()


def sessions() -> list[WebSession]:
    with reading() as session:
        return list(session.exec(select(WebSession).order_by(WebSession.visit_id)))  # type: ignore[arg-type]


def actions() -> list[WebAction]:
    with reading() as session:
        return list(session.exec(select(WebAction)))


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return every session, action, page and type, to tell whether anything was written."""
    with reading() as session:
        return {
            table.name: [dict(row._mapping) for row in session.execute(table.select())]
            for table in SQLModel.metadata.sorted_tables
            if table.name in ("web_session", "web_action", "web_page", "action_type")
        }


def time_passes(by: timedelta) -> None:
    """Let all that is known of visitors have happened so much earlier."""
    with transaction() as session:
        for visitor in session.exec(select(WebVisitor)):
            for name in ("due_at", "settles_at", "fetched_at"):
                if moment := getattr(visitor, name):
                    setattr(visitor, name, moment - by)
