"""Which records a backfill means: those whose person is searched for again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from models.backfilling.form import RecordSelection
from models.backfilling.webhooks import Found
from models.entities import entities_of_people
from models.entity import OfPerson
from models.webhook import Webhook, WebhookRecord


def chosen_entities(chosen: RecordSelection) -> Sequence[str]:
    """Return the codes of the entities that are meant."""
    return chosen.entities or list(entities_of_people())


def count_records(session: Session, chosen: RecordSelection) -> Found:
    """Count the records that are meant, by entity and whether they have a contact."""
    groups = [
        (code, *row)
        for code in chosen_entities(chosen)
        for row in _with_and_without(session, entities_of_people()[code], chosen)
    ]
    return Found(
        count=sum(count for _, _, count in groups),
        groups=tuple(
            {"entity": code, "contact": "yes" if has_contact else "no", "records": str(count)}
            for code, has_contact, count in groups
        ),
    )


def _with_and_without(
    session: Session, entity: type[OfPerson], chosen: RecordSelection
) -> list[tuple[bool, int]]:
    has_contact = col(entity.contact_id).is_not(None)
    rows = session.execute(
        select(has_contact, func.count())
        .select_from(entity)
        .where(*_conditions(entity, chosen))
        .group_by(has_contact)
    )
    return sorted((bool(has), count) for has, count in rows)


def find_records(session: Session, code: str, chosen: RecordSelection, limit: int) -> list[UUID]:
    """Return the ids of up to `limit` records of an entity that are meant, the oldest first."""
    entity = entities_of_people()[code]
    return list(
        session.exec(
            select(entity.id)
            .where(*_conditions(entity, chosen))
            .order_by(col(entity.created_at), col(entity.id))
            .limit(limit)
        )
    )


def _conditions(entity: type[OfPerson], chosen: RecordSelection) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.contact == "missing":
        conditions.append(col(entity.contact_id).is_(None))
    if chosen.made_from:
        conditions.append(col(entity.created_at) >= chosen.made_from)
    if chosen.made_until:
        conditions.append(col(entity.created_at) < chosen.made_until)
    if chosen.ids:
        conditions.append(col(entity.id).in_(chosen.ids))
    if chosen.sources:
        from_sources = (
            select(WebhookRecord.record_id)
            .join(Webhook, col(Webhook.id) == col(WebhookRecord.webhook_id))
            .where(
                WebhookRecord.entity == entity.code(),
                col(Webhook.webhook_source).in_(chosen.sources),
            )
        )
        conditions.append(col(entity.id).in_(from_sources))
    return conditions
