"""Drafts, saved set-based: records, their ties to the webhooks, errors, statuses.

All of it lands together or not at all. A chunk that the database refuses is taken again row by row,
so that a bad webhook fails alone.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col

from models.database import breaks_a_rule
from models.entities.contact import Contact
from models.entity import Entity
from models.following.following import wait
from models.identity import new_id
from models.matching.posted import contacts_of_posted
from models.processing.detailing import save_details
from models.processing.keying import save_keyed
from models.processing.outcome import Outcome
from models.processing.updating import Made, update_records
from models.reading.drafting import Draft, as_json
from models.reading.parse_error import record_refused
from models.webhook import Webhook, WebhookParseError, WebhookRecord


def save_all(
    session: Session,
    drafts: list[tuple[Webhook, Draft]],
    made: Made,
    now: datetime,
    run_id: UUID | None,
) -> list[Outcome]:
    """Save drafts as a whole; where the database refuses one, each by itself.

    Args:
        session: the transaction that holds the webhooks.
        drafts: webhooks, and what each comes to.
        made: the records that webhooks made before and are to update.
        now: the moment that it happens at.
        run_id: the Prefect run that does it.
    """
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
    fresh = [(webhook, each) for webhook, each in drafts if webhook.id not in made]
    again = [(webhook, each) for webhook, each in drafts if webhook.id in made]
    fresh, keyed = save_keyed(session, fresh, now)
    drafts = [*fresh, *again]
    record_ids = _record_ids(session, drafts, made, now, run_id) | keyed
    _insert_records(session, fresh, record_ids, now)
    update_records(session, again, made)
    save_details(session, drafts, record_ids)
    _have_subflows_wait(session, drafts, record_ids, now)
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
        if each.entity is None or each.entity is Contact or each.entity.business_key:
            continue  # these are saved in ways of their own
        if webhook.id in record_ids:
            empty = dict.fromkeys(column.name for column in each.entity.columns())
            ours = {"id": record_ids[webhook.id], "created_at": now}
            rows.setdefault(each.entity, []).append({**empty, **each.values, **ours})
    for entity, values in rows.items():
        _insert(session, entity, values)


def _have_subflows_wait(
    session: Session,
    drafts: list[tuple[Webhook, Draft]],
    record_ids: dict[UUID, UUID],
    now: datetime,
) -> None:
    """Write down which records wait for steps of their own, together with the records."""
    waiting: dict[str, list[UUID]] = {}
    for webhook, each in drafts:
        if each.entity is not None and each.entity.has_steps and webhook.id in record_ids:
            waiting.setdefault(each.entity.code(), []).append(record_ids[webhook.id])
    for entity, ids in waiting.items():
        wait(session, entity, ids, now)


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


def _insert(session: Session, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(model.__table__), rows)  # type: ignore[attr-defined]
