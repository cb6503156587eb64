"""A mapping tried on stored webhooks: the records, contacts and errors it would give.

All of it is done by the real rules, within a transaction that is rolled back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.configuring.manner import Manner
from models.entities import entities_of_people
from models.entities.contact import Contact
from models.matching.evidence import in_words
from models.matching.rules import Decision, Rule
from models.matching.search import search_and_create_contacts
from models.matching.tables import ContactDecision
from models.processing.part import Part, Place
from models.processing.recording import parts_of, records_of
from models.processing.saving import Saved, save_all
from models.processing.updating import Made
from models.webhook import Webhook, WebhookRecord


@dataclass(frozen=True)
class Tried:
    """What one record would come to."""

    webhook_id: UUID
    received_at: datetime
    part: Part
    made_before: bool
    """Whether its webhook has made it already, so that it would be set anew."""
    contact: str | None = None
    """How it would come to its contact, in words."""


def try_manner(
    session: Session, webhooks: Sequence[Webhook], manner: Manner, now: datetime
) -> list[Tried]:
    """Read webhooks in a manner, and tell what would come of each.

    Nothing is changed: what it writes in the session is taken back before it returns.

    Args:
        session: a transaction that may write.
        webhooks: stored ones, of any status.
        manner: how their source might read them.
        now: the present moment.
    """
    taken_back = session.begin_nested()
    try:
        manners = {webhook.webhook_source: manner for webhook in webhooks}
        parts = parts_of(session, webhooks, manners, create_lookups=True)
        made = _made_before(session, parts)
        saved = save_all(session, parts, made, now, None)
        contacts = _contacts(session, saved, now)
        order = {part.place: number for number, part in enumerate(parts)}
        return [
            Tried(
                part.webhook.id,
                part.webhook.received_at,
                part,
                part.place in made,
                contacts.get(part.place),
            )
            for part, _ in sorted(saved, key=lambda each: order[each[0].place])
        ]
    finally:
        taken_back.rollback()
        session.expunge_all()


def _made_before(session: Session, parts: Iterable[Part]) -> Made:
    """Return the records that would be set anew; the ties to others are cut, so that they are new.

    A webhook that has made its record would otherwise find it in its own way.
    """
    entities = {part.place: part.draft.entity for part in parts if part.draft.entity}
    before = records_of(session, list({part.webhook.id for part in parts}))
    made = {}
    for place, record in before.items():
        entity = entities.get(place)
        if entity is not None and entity.code() == record.entity:
            made[place] = record
        else:
            session.execute(
                delete(WebhookRecord).where(
                    col(WebhookRecord.webhook_id) == place[0],
                    col(WebhookRecord.position) == place[1],
                ),
                execution_options={"synchronize_session": False},
            )
    return made


def _contacts(session: Session, saved: Sequence[Saved], now: datetime) -> dict[Place, str]:
    """Search the contacts of records as the process does, and say how each is found or made."""
    by_entity: dict[str, list[UUID]] = {}
    places: dict[UUID, Place] = {}
    for part, record_id in saved:
        if part.draft.entity is not None and record_id:
            by_entity.setdefault(part.draft.entity.code(), []).append(record_id)
            places[record_id] = part.place
    people = entities_of_people()
    decisions = [
        decision
        for code, record_ids in by_entity.items()
        if code in people
        for decision in search_and_create_contacts(session, people[code], record_ids, now)
    ]
    words = {places[decision.record_id]: in_words(decision) for decision in decisions}
    return words | _of_posted(session, saved, now)


def _of_posted(session: Session, saved: Iterable[Saved], now: datetime) -> dict[Place, str]:
    """Say how contacts that were posted as such were found or made, in the order of the search."""
    posted = [(part.place, id_) for part, id_ in saved if part.draft.entity is Contact and id_]
    logged = session.exec(
        select(ContactDecision)
        .where(
            ContactDecision.entity == Contact.code(),
            col(ContactDecision.record_id).in_([contact_id for _, contact_id in posted]),
            ContactDecision.decided_at == now,
        )
        .order_by(col(ContactDecision.id))
    )
    by_contact: dict[UUID, list[str]] = {}
    for each in logged:
        by_contact.setdefault(each.record_id, []).append(in_words(_decision(each)))
    # A contact that is posted twice was decided on twice; one that was deleted since, never.
    return {place: by_contact[id_].pop(0) for place, id_ in posted if by_contact.get(id_)}


def _decision(logged: ContactDecision) -> Decision:
    used = tuple(logged.used.split(", ")) if logged.used else ()
    return Decision(
        logged.record_id,
        Rule(logged.rule),
        logged.contact_id,
        used=used,
        candidates=logged.candidates,
        made=logged.made,
    )
