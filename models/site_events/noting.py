"""From forms to visitors: which form is tracked, whose visitor it names, what is due.

Set-based, in the caller's transaction: the number of statements is the same for one form and for
a thousand. Noting a form again changes nothing but what has become of it since.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from models.entities.form_submit import FormSubmit
from models.entity import OfPerson
from models.identity import first_id_of
from models.lookups import LandingPage
from models.setwise.among import among
from models.setwise.writing import insert_missing, upsert
from models.site_events.consent import came_at, refusing_among
from models.site_events.landing_pages import landing_page_of
from models.site_events.ownership import settle_ownership
from models.site_events.tracking import (
    FormTracking,
    Tracking,
    WebVisitor,
    visitor_row_id,
)

MOST_FORMS = 1000
"""Forms that are noted at a time, in one transaction: what else writes waits for its end."""

LEFT_BEHIND_FOR = timedelta(days=7)
"""Forms that were made longer ago are noted by hand, by their ids."""

SETTLES_AFTER = timedelta(minutes=40)
"""Matomo ends a visit 30 minutes after its last action, so that after this one has ended."""

_VISITOR_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True)
class Verdict:
    """What is to be done about a form, and the visitor that it names."""

    tracking: Tracking
    matomo_site_id: int = 0
    visitor_id: str = ""

    @property
    def web_visitor_id(self) -> UUID | None:
        """Return the id of the visitor's row, None where the form names none."""
        return visitor_row_id(self.matomo_site_id, self.visitor_id) if self.visitor_id else None


class Form(NamedTuple):
    """What of a submitted form says whether it is tracked, and whose visitor it names."""

    id: UUID
    created_at: datetime
    submitted_at: datetime | None
    contact_id: UUID | None
    landing_page_id: UUID | None
    page_url: str | None
    tracking_user_id: str | None


def judge(form: Form, pages: Sequence[LandingPage], refusing: Collection[UUID]) -> Verdict:
    """Say what is to be done about a form of a contact.

    A visitor id that is not 16 hexadecimal digits is sent nowhere: it could be a way to ask
    Matomo for somebody else's visits.
    """
    page = landing_page_of(form.landing_page_id, form.page_url, pages)
    if page is None or not page.tracking or page.matomo_site_id is None:
        return Verdict(Tracking.NOT_TRACKED)
    visitor_id = (form.tracking_user_id or "").strip().lower()
    if not visitor_id:
        return Verdict(Tracking.NO_VISITOR_ID)
    if not _VISITOR_ID.fullmatch(visitor_id):
        return Verdict(Tracking.VISITOR_ID_REFUSED)
    verdict = Verdict(Tracking.TRACKED, page.matomo_site_id, visitor_id)
    # Their visitor is kept in mind all the same, so that nobody else is given what they did.
    return (
        replace(verdict, tracking=Tracking.NO_CONSENT) if form.contact_id in refusing else verdict
    )


@dataclass(frozen=True)
class Noted:
    """What became of forms: how many, and the visitors that they name."""

    forms: int
    by_tracking: Mapping[str, int]
    web_visitor_ids: list[UUID]


def together(noted: Iterable[Noted]) -> Noted:
    """Make one of what became of several portions of forms."""
    portions = list(noted)
    by_tracking: Counter[str] = Counter()
    for each in portions:
        by_tracking.update(each.by_tracking)
    visitors = {visitor for each in portions for visitor in each.web_visitor_ids}
    return Noted(sum(each.forms for each in portions), dict(by_tracking), sorted(visitors))


def forms_waiting(session: Session, now: datetime) -> list[UUID]:
    """Return up to `MOST_FORMS` forms that have a contact and were never noted, the oldest first.

    Forms are noted once their contact is found; what waits is what a killed run left behind. So
    only those of the last days are looked at, by their ids, whose order is that of making.
    """
    noted = select(FormTracking.form_submit_id).where(
        col(FormTracking.form_submit_id) == col(FormSubmit.id)
    )
    return list(
        session.exec(
            select(FormSubmit.id)
            .where(col(FormSubmit.id) > first_id_of(now - LEFT_BEHIND_FOR))
            .where(col(FormSubmit.contact_id).is_not(None), ~noted.exists())
            .order_by(col(FormSubmit.id))
            .limit(MOST_FORMS)
        )
    )


def forms_of_people(
    session: Session, entity: type[OfPerson], record_ids: Collection[UUID]
) -> list[UUID]:
    """Return the forms that name a visitor, of the contacts of records: the newest first."""
    contacts = select(entity.contact_id).where(col(entity.id).in_(record_ids))
    return list(
        session.exec(
            select(FormSubmit.id)
            .where(col(FormSubmit.contact_id).in_(contacts))
            .where(col(FormSubmit.tracking_user_id).is_not(None))
            .order_by(col(FormSubmit.id).desc())
            .limit(MOST_FORMS)
        )
    )


def note_forms(session: Session, form_ids: Collection[UUID], now: datetime) -> Noted:
    """Note what became of forms, and make their visitors due; those without contact are left."""
    forms = _forms(session, form_ids)
    pages = session.exec(select(LandingPage)).all()
    refusing = refusing_among(session, {form.contact_id for form in forms if form.contact_id})
    verdicts = [(form, judge(form, pages, refusing)) for form in forms]
    _note_visitors(session, verdicts, now)
    upsert(
        session,
        FormTracking,
        [
            {
                "form_submit_id": form.id,
                "tracking": verdict.tracking,
                "web_visitor_id": verdict.web_visitor_id,
                "noted_at": now,
                "given_back_at": None,
            }
            for form, verdict in verdicts
        ],
        keep=("noted_at", "given_back_at"),
    )
    return _noted(session, verdicts)


def _forms(session: Session, form_ids: Collection[UUID]) -> list[Form]:
    columns = [getattr(FormSubmit, name) for name in Form._fields]
    found = session.execute(
        select(*columns)
        .where(among(FormSubmit.id, form_ids), col(FormSubmit.contact_id).is_not(None))
        .order_by(col(FormSubmit.created_at), col(FormSubmit.id))
    )
    return [Form(*each) for each in found]


def _note_visitors(
    session: Session, verdicts: Sequence[tuple[Form, Verdict]], now: datetime
) -> None:
    """Make the visitors that forms name, and set each due, now and when its visit has ended."""
    rows: dict[UUID, dict[str, Any]] = {}
    for form, verdict in verdicts:
        if row_id := verdict.web_visitor_id:
            row = _visitor_row(row_id, form, verdict, now)
            rows[row_id] = _merged(rows.get(row_id, row), row)
    insert_missing(session, WebVisitor, [rows[row_id] for row_id in sorted(rows)])
    known = session.exec(
        select(WebVisitor)
        .where(col(WebVisitor.id).in_(rows))
        .order_by(col(WebVisitor.id))
        .with_for_update()
    ).all()
    for visitor in known:
        visitor.sqlmodel_update(_merged(visitor.model_dump(), rows[visitor.id]))
    session.flush()


def _visitor_row(row_id: UUID, form: Form, verdict: Verdict, now: datetime) -> dict[str, Any]:
    return {
        "id": row_id,
        "matomo_site_id": verdict.matomo_site_id,
        "visitor_id": verdict.visitor_id,
        "contact_id": form.contact_id,
        "claimed_at": came_at(form.submitted_at, form.created_at),
        "due_at": now,
        "settles_at": form.created_at + SETTLES_AFTER,
        "failures": 0,
    }


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Make one claim of two on a visitor: it belongs to the contact whose form came first."""
    first = min(one, other, key=lambda claim: claim["claimed_at"])
    return {
        **one,
        "contact_id": first["contact_id"],
        "claimed_at": first["claimed_at"],
        "due_at": other["due_at"],
        "settles_at": max(one["settles_at"], other["settles_at"]),
    }


def _noted(session: Session, verdicts: Sequence[tuple[Form, Verdict]]) -> Noted:
    visitors = sorted({v.web_visitor_id for _, v in verdicts if v.web_visitor_id})
    settle_ownership(session, visitors)
    found = session.exec(
        select(FormTracking.tracking).where(
            among(FormTracking.form_submit_id, [form.id for form, _ in verdicts])
        )
    ).all()
    counts = {each.value: found.count(each) for each in Tracking if each in found}
    return Noted(len(found), counts, visitors)
