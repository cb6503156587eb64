"""One contact: its options, its records with the evidence of each match, its visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from models.database import has_table
from models.entities import entities_of_people
from models.entities.contact import Contact
from models.entity import Column, OfPerson
from models.looking.life import evidence
from models.looking.records import record_of
from models.matching.tables import ContactCommunication, ContactDecision
from models.site_events.tables import ActionType, ReferrerType, WebAction, WebPage, WebSession

MOST_RECORDS = 50
MOST_VISITS = 25
MOST_ACTIONS = 500


@dataclass(frozen=True)
class Visit:
    """A web session with its actions."""

    session: WebSession
    referrer: str | None
    actions: Sequence[tuple[WebAction, str, str | None]]
    """Each with the kind of action, and the name of the page."""


@dataclass(frozen=True)
class ContactPage:
    """A contact with all that is known of it."""

    contact: Contact
    values: Sequence[tuple[Column, str | None]]
    options: Sequence[ContactCommunication]
    own_evidence: Sequence[ContactDecision]
    """How the contact itself came to be, where it was posted."""
    records: Sequence[tuple[str, OfPerson, str]]
    """Entity, record, and how the record was matched."""
    visits: Sequence[Visit]


def contact_page(session: Session, contact_id: UUID) -> ContactPage | None:
    """Read a contact with all that is known of it; None where there is none."""
    found = record_of(session, Contact.code(), contact_id)
    if found is None or not isinstance(found.row, Contact):
        return None
    options = session.exec(
        select(ContactCommunication)
        .where(ContactCommunication.contact_id == contact_id)
        .order_by(col(ContactCommunication.created_at), col(ContactCommunication.id))
    ).all()
    records = _records(session, contact_id)
    return ContactPage(
        found.row, found.values, options, found.decisions, records, _visits(session, contact_id)
    )


def _records(session: Session, contact_id: UUID) -> list[tuple[str, OfPerson, str]]:
    """Read the records of a contact, newest first, and how each was matched."""
    records = [
        (code, record)
        for code, entity in entities_of_people().items()
        if has_table(session, str(entity.__tablename__))
        for record in session.exec(
            select(entity)
            .where(entity.contact_id == contact_id)
            .order_by(col(entity.id).desc())
            .limit(MOST_RECORDS)
        )
    ]
    records.sort(key=lambda each: each[1].id, reverse=True)
    decisions = session.exec(
        select(ContactDecision)
        .where(col(ContactDecision.record_id).in_([record.id for _, record in records]))
        .order_by(col(ContactDecision.decided_at))
    )
    told = {each.record_id: evidence(each) for each in decisions}
    return [(code, record, told.get(record.id, "")) for code, record in records[:MOST_RECORDS]]


def _visits(session: Session, contact_id: UUID) -> list[Visit]:
    """Read the last visits of a contact with their actions: two queries."""
    visits = session.exec(
        select(WebSession, ReferrerType.name)
        .outerjoin(ReferrerType, col(ReferrerType.id) == col(WebSession.referrer_type_id))
        .where(WebSession.contact_id == contact_id)
        .order_by(col(WebSession.started_at).desc(), col(WebSession.id))
        .limit(MOST_VISITS)
    ).all()
    actions: dict[UUID, list[tuple[WebAction, str, str | None]]] = {}
    for action, kind, page in session.exec(
        select(WebAction, ActionType.name, WebPage.name)
        .join(ActionType, col(ActionType.id) == col(WebAction.action_type_id))
        .outerjoin(WebPage, col(WebPage.id) == col(WebAction.web_page_id))
        .where(col(WebAction.web_session_id).in_([visit.id for visit, _ in visits]))
        .order_by(col(WebAction.web_session_id), col(WebAction.position))
        .limit(MOST_ACTIONS)
    ):
        actions.setdefault(action.web_session_id, []).append((action, kind, page))
    return [Visit(visit, referrer, actions.get(visit.id, [])) for visit, referrer in visits]
