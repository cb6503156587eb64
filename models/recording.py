"""From claimed webhooks to records: drafts saved set-based, in the caller's transaction.

Record, parse errors and status land together or not at all. One query serves the whole chunk; a
chunk that the database refuses is taken again row by row, so that a bad webhook fails alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col, select

from models.casting import Notation
from models.database import breaks_a_rule
from models.drafting import Draft, as_json, draft
from models.entities.contact import Contact
from models.entity import Entity
from models.identity import new_id
from models.matching.posted import contacts_of_posted
from models.outcome import Outcome
from models.parse_error import lookup_not_found, record_refused
from models.source import WebhookSource
from models.updating import Made, update_records, with_entity_checked
from models.webhook import Status, Webhook, WebhookEntity, WebhookParseError, WebhookRecord


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
    results = _save_all(session, with_entity_checked(drafts, made), made, now, run_id)
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


def _save_all(
    session: Session,
    drafts: list[tuple[Webhook, Draft]],
    made: Made,
    now: datetime,
    run_id: UUID | None,
) -> list[Outcome]:
    try:
        with session.begin_nested():
            return _save(session, drafts, made, now, run_id)
    except DBAPIError as error:
        if not breaks_a_rule(error):
            raise
    return [_save_alone(session, webhook, each, made, now, run_id) for webhook, each in drafts]


def _save_alone(
    session: Session, webhook: Webhook, each: Draft, made: Made, now: datetime, run_id: UUID | None
) -> Outcome:
    try:
        with session.begin_nested():
            return _save(session, [(webhook, each)], made, now, run_id)[0]
    except DBAPIError as error:
        if not breaks_a_rule(error):
            raise
        refusal = record_refused(each.entity.code() if each.entity else "", _refusal(error))
    return _save(session, [(webhook, each.refused(refusal))], made, now, run_id)[0]


def _refusal(error: DBAPIError) -> str:
    """Name the constraint that was broken; the driver's whole text may quote the row."""
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if constraint:
        return str(constraint)
    if getattr(error.orig, "sqlite_errorname", None):
        return str(error.orig)  # SQLite names the constraint and the column, never a value
    return type(error.orig).__name__


def _save(
    session: Session,
    drafts: list[tuple[Webhook, Draft]],
    made: Made,
    now: datetime,
    run_id: UUID | None,
) -> list[Outcome]:
    """Write records, their ties to the webhooks, errors and statuses: one statement each."""
    record_ids = _record_ids(session, drafts, made, now, run_id)
    fresh = [(webhook, each) for webhook, each in drafts if webhook.id not in made]
    _insert_records(session, fresh, record_ids, now)
    update_records(session, drafts, made)
    _insert(
        session,
        WebhookRecord,
        [
            {
                "webhook_id": webhook.id,
                "position": 0,
                "entity": each.entity.code(),
                "record_id": record_ids[webhook.id],
                "made_at": now,
            }
            for webhook, each in fresh
            if each.entity is not None and webhook.id in record_ids
        ],
    )
    _replace_errors(session, drafts, now)
    _update_webhooks(session, drafts, now, run_id)
    return [
        Outcome(
            webhook.id,
            each.status,
            each.entity.code() if each.entity else None,
            record_ids.get(webhook.id),
            tuple((error.kind, error.column) for error in each.errors),
        )
        for webhook, each in drafts
    ]


def _record_ids(
    session: Session,
    drafts: list[tuple[Webhook, Draft]],
    made: Made,
    now: datetime,
    run_id: UUID | None,
) -> dict[UUID, UUID]:
    """Return the id of each record: new ones, those made before, contacts found or made."""
    before = {webhook_id: record.record_id for webhook_id, record in made.items()}
    posted = [
        (webhook.id, webhook.webhook_source, each.values)
        for webhook, each in drafts
        if each.entity is Contact and not each.failed
    ]
    contacts = contacts_of_posted(session, posted, now, run_id, before)
    return {
        webhook.id: before.get(webhook.id) or contacts.get(webhook.id) or new_id()
        for webhook, each in drafts
        if not each.failed
    }


def _insert_records(
    session: Session,
    drafts: list[tuple[Webhook, Draft]],
    record_ids: dict[UUID, UUID],
    now: datetime,
) -> None:
    rows: dict[type[Entity], list[dict[str, Any]]] = {}
    for webhook, each in drafts:
        if each.entity not in (None, Contact) and webhook.id in record_ids:
            empty = dict.fromkeys(column.name for column in each.entity.columns())
            ours = {"id": record_ids[webhook.id], "created_at": now}
            rows.setdefault(each.entity, []).append({**empty, **each.values, **ours})
    for entity, values in rows.items():
        _insert(session, entity, values)


def _replace_errors(session: Session, drafts: list[tuple[Webhook, Draft]], now: datetime) -> None:
    again = [webhook.id for webhook, _ in drafts if webhook.error_count]
    if again:
        session.execute(
            delete(WebhookParseError).where(col(WebhookParseError.webhook_id).in_(again))
        )
    _insert(
        session,
        WebhookParseError,
        [
            {
                "id": new_id(),
                "webhook_id": webhook.id,
                "kind": error.kind,
                "column": error.column,
                "message": error.message,
                "advice": error.advice,
                "logged_at": now,
            }
            for webhook, each in drafts
            for error in each.errors
        ],
    )


def _update_webhooks(
    session: Session, drafts: list[tuple[Webhook, Draft]], now: datetime, run_id: UUID | None
) -> None:
    if not drafts:
        return
    table = Webhook.__table__  # type: ignore[attr-defined]
    session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("webhook_id"))
        .values(
            status=bindparam("new_status"),
            status_since=now,
            entity=bindparam("new_entity"),
            unknown_parameters=bindparam("new_unknown"),
            error_count=bindparam("new_error_count"),
            flow_run_id=run_id,
            updates_record=False,
        ),
        [
            {
                "webhook_id": webhook.id,
                "new_status": each.status,
                "new_entity": each.entity.code() if each.entity else None,
                "new_unknown": as_json(each.unknown) if each.unknown else None,
                "new_error_count": len(each.errors),
            }
            for webhook, each in drafts
        ],
    )


def _settle(session: Session, webhooks: list[Webhook], now: datetime, run_id: UUID | None) -> None:
    """Set webhooks that made their record before to Done, as they are."""
    for webhook in webhooks:
        webhook.status, webhook.status_since, webhook.flow_run_id = Status.DONE, now, run_id
        webhook.updates_record = False
    session.flush()


def _insert(session: Session, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(model.__table__), rows)  # type: ignore[attr-defined]
