"""From claimed webhooks to records: drafts saved set-based, in the caller's transaction.

Record, parse errors and status land together or not at all. One query serves the whole chunk; a
chunk that the database refuses is taken again row by row, so that a bad webhook fails alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, SQLModel, col, select

from models.processing.outcome import Outcome
from models.processing.saving import save_all
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

    Webhooks that are no longer Processing are passed over: another run has them. One that already
    made its record makes no second: it keeps it, or updates it where its row says so.
    """
    webhooks = _lock(session, webhook_ids)
    made_before = _records_of(session, webhook_ids)
    updates = {webhook.id for webhook in webhooks if webhook.updates_record}
    made = {id_: record for id_, record in made_before.items() if id_ in updates}
    kept = {id_: record for id_, record in made_before.items() if id_ not in updates}
    drafts = drafts_of(session, [webhook for webhook in webhooks if webhook.id not in kept])
    results = save_all(session, with_entity_checked(drafts, made), made, now, run_id)
    _settle(session, [webhook for webhook in webhooks if webhook.id in kept], now, run_id)
    return [
        *results,
        *(
            Outcome(record.webhook_id, Status.DONE, record.entity, record.record_id)
            for record in kept.values()
        ),
    ]


def drafts_of(session: Session, webhooks: Iterable[Webhook]) -> list[tuple[Webhook, Draft]]:
    """Draft webhooks as the lookups stand now, with nothing written."""
    allowed = set(session.exec(select(WebhookEntity.name)))
    notations = {
        source.name: Notation(source.day_first, source.decimal_comma)
        for source in session.exec(select(WebhookSource))
    }
    drafts = [
        (webhook, draft(webhook.content_type, webhook.request_body, notation, allowed))
        for webhook in webhooks
        for notation in [notations.get(webhook.webhook_source, Notation())]
    ]
    return _with_lookups_checked(session, drafts)


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


def _records_of(session: Session, webhook_ids: Sequence[UUID]) -> dict[UUID, WebhookRecord]:
    found = session.exec(
        select(WebhookRecord).where(col(WebhookRecord.webhook_id).in_(webhook_ids))
    )
    return {record.webhook_id: record for record in found}


def _with_lookups_checked(
    session: Session, drafts: list[tuple[Webhook, Draft]]
) -> list[tuple[Webhook, Draft]]:
    """Empty the lookup columns whose row is not there: one query a lookup, not one a webhook."""
    wanted: dict[str, set[UUID]] = {}
    for _, each in drafts:
        for _, table, row_id in _lookup_values(each):
            wanted.setdefault(table, set()).add(row_id)
    known = {table: _rows_of(session, table, ids) for table, ids in wanted.items()}
    return [(webhook, _checked(each, known)) for webhook, each in drafts]


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


def _settle(session: Session, webhooks: list[Webhook], now: datetime, run_id: UUID | None) -> None:
    """Set webhooks that made their record before to Done, as they are."""
    for webhook in webhooks:
        webhook.status, webhook.status_since, webhook.flow_run_id = Status.DONE, now, run_id
        webhook.updates_record = False
    session.flush()
