"""From claimed webhooks to records: drafts saved set-based, in the caller's transaction.

Records, parse errors and status land together or not at all. One query serves the whole chunk.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, SQLModel, col, select

from models.processing.outcome import Outcome
from models.processing.part import Part, Place
from models.processing.saving import save_all
from models.processing.settling import settle
from models.processing.updating import with_entity_checked
from models.reading.casting import Notation
from models.reading.drafting import Draft, draft
from models.reading.parse_error import lookup_not_found
from models.source import WebhookSource
from models.webhook import Status, Webhook, WebhookEntity, WebhookRecord


def create_records(
    session: Session, webhook_ids: Sequence[UUID], now: datetime, run_id: UUID | None = None
) -> list[Outcome]:
    """Make the records of claimed webhooks, and set each to Done or Failed.

    Webhooks that are no longer Processing are passed over: another run has them. Those of them
    that have made records are told of: it was this one, and its answer was lost. A record that was
    made before is not made again: it stays, or is updated where the webhook's row says so.
    """
    webhooks = _lock(session, webhook_ids)
    ours = {webhook.id for webhook in webhooks}
    updates = {webhook.id for webhook in webhooks if webhook.updates_record}
    records = _records_of(session, webhook_ids)
    before = {place: record for place, record in records.items() if record.webhook_id in ours}
    made = {place: record for place, record in before.items() if record.webhook_id in updates}
    kept = {place: record for place, record in before.items() if place not in made}
    parts = parts_of(session, webhooks)
    # What cannot be read at all is tried, whatever was made of it before: to say so.
    tried = [part for part in parts if part.place not in kept or part.draft.entity is None]
    saved = save_all(session, with_entity_checked(tried, made), made, now, run_id)
    outcomes = settle(session, webhooks, saved, list(kept.values()), parts, now, run_id)
    return outcomes + _as_they_are(
        session, [records[each] for each in records if each not in before]
    )


def parts_of(session: Session, webhooks: Iterable[Webhook]) -> list[Part]:
    """Draft webhooks as the lookups stand now, with nothing written."""
    allowed = set(session.exec(select(WebhookEntity.name)))
    notations = {
        source.name: Notation(source.day_first, source.decimal_comma)
        for source in session.exec(select(WebhookSource))
    }
    parts = [
        Part(webhook, 0, draft(webhook.content_type, webhook.request_body, notation, allowed))
        for webhook in webhooks
        for notation in [notations.get(webhook.webhook_source, Notation())]
    ]
    return _with_lookups_checked(session, parts)


def _as_they_are(session: Session, records: Sequence[WebhookRecord]) -> list[Outcome]:
    """Tell what became of webhooks that are through."""
    of_webhook: dict[UUID, list[WebhookRecord]] = {}
    for record in records:
        of_webhook.setdefault(record.webhook_id, []).append(record)
    if not of_webhook:
        return []
    found = session.exec(select(Webhook.id, Webhook.status).where(col(Webhook.id).in_(of_webhook)))
    return [
        Outcome(
            webhook_id,
            Status(status),
            of_webhook[webhook_id][0].entity,
            tuple((record.entity, record.record_id) for record in of_webhook[webhook_id]),
        )
        for webhook_id, status in found
    ]


def _lock(session: Session, webhook_ids: Sequence[UUID]) -> list[Webhook]:
    """Read the webhooks that are still Processing, in the order received, and keep others off."""
    return list(
        session.exec(
            select(Webhook)
            .where(col(Webhook.id).in_(webhook_ids), Webhook.status == Status.PROCESSING)
            .order_by(col(Webhook.received_at), col(Webhook.id))
            .with_for_update()
        )
    )


def _records_of(session: Session, webhook_ids: Sequence[UUID]) -> dict[Place, WebhookRecord]:
    found = session.exec(
        select(WebhookRecord)
        .where(col(WebhookRecord.webhook_id).in_(webhook_ids))
        .order_by(col(WebhookRecord.position))
    )
    return {(record.webhook_id, record.position): record for record in found}


def _with_lookups_checked(session: Session, parts: list[Part]) -> list[Part]:
    """Empty the lookup columns whose row is not there: one query a lookup, not one a webhook."""
    wanted: dict[str, set[UUID]] = {}
    for part in parts:
        for _, table, row_id in _lookup_values(part.draft):
            wanted.setdefault(table, set()).add(row_id)
    known = {table: _rows_of(session, table, ids) for table, ids in wanted.items()}
    if not known:
        return parts
    return [Part(part.webhook, part.position, _checked(part.draft, known)) for part in parts]


def _checked(each: Draft, known: dict[str, set[UUID]]) -> Draft:
    for column, table, row_id in _lookup_values(each):
        if row_id not in known[table]:
            assert each.entity is not None  # noqa: S101  a draft without one has no values
            error = lookup_not_found(column.code, each.entity.code(), table, str(row_id))
            each = each.without(column, error)
    return each


def _lookup_values(each: Draft) -> list[tuple[Any, str, UUID]]:
    columns = each.entity.columns() if each.entity else ()
    return [
        (column, column.lookup, each.values[column.name])
        for column in columns
        if column.lookup and each.values.get(column.name) is not None
    ]


def _rows_of(session: Session, table: str, ids: set[UUID]) -> set[UUID]:
    id_column = SQLModel.metadata.tables[table].c.id
    return set(session.execute(select(id_column).where(id_column.in_(ids))).scalars())
