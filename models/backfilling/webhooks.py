"""Which webhooks a backfill means, and their way back into the process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, update
from sqlmodel import Session, col, select

from models.backfilling.choices import MadeBefore
from models.backfilling.form import WebhookSelection
from models.webhook import Status, Webhook, WebhookParseError, WebhookRecord


@dataclass(frozen=True)
class Found:
    """How many webhooks or records are meant, and how they fall into groups."""

    count: int
    skipped: int = 0
    """How many meet the conditions but have made their record."""
    groups: tuple[dict[str, str], ...] = ()
    """Rows of a table for people."""


def count_webhooks(session: Session, chosen: WebhookSelection) -> Found:
    """Count the webhooks that are meant, by status, source and kind of error."""
    matching = _conditions(chosen)
    to_run = [*matching, *_without_record(chosen)]
    count = session.exec(select(func.count()).select_from(Webhook).where(*to_run)).one()
    all_matching = session.exec(select(func.count()).select_from(Webhook).where(*matching)).one()
    return Found(count, all_matching - count, _groups(session, to_run))


def _groups(session: Session, conditions: list[ColumnElement[bool]]) -> tuple[dict[str, str], ...]:
    columns = (col(Webhook.status), col(Webhook.webhook_source), col(WebhookParseError.kind))
    rows = session.execute(
        select(*columns, func.count(func.distinct(Webhook.id)))
        .select_from(Webhook)
        .outerjoin(WebhookParseError, col(WebhookParseError.webhook_id) == col(Webhook.id))
        .where(*conditions)
        .group_by(*columns)
    )
    return tuple(
        {"status": status, "source": source, "kind of error": kind or "", "webhooks": str(count)}
        for status, source, kind, count in sorted(rows, key=lambda row: (-row[3], *map(str, row)))
    )


def find_webhooks(session: Session, chosen: WebhookSelection, limit: int) -> list[UUID]:
    """Return the ids of up to `limit` webhooks that are meant, the oldest first."""
    return list(
        session.exec(
            select(Webhook.id)
            .where(*_conditions(chosen), *_without_record(chosen))
            .order_by(col(Webhook.received_at), col(Webhook.id))
            .limit(limit)
        )
    )


def claim_again(
    session: Session,
    webhook_ids: Sequence[UUID],
    chosen: WebhookSelection,
    unchanged_since: datetime,
    now: datetime,
    run_id: UUID | None = None,
) -> list[UUID]:
    """Put webhooks back to New and claim them at once, and return their ids.

    Each is as if it had just come: its count of attempts starts anew. Whether it updates a record
    that it made stands in its row, so that whoever runs it after a crash does the same.

    What another run has claimed, or has been through since, is passed over.
    """
    theirs = (
        select(Webhook.id)
        .where(
            col(Webhook.id).in_(webhook_ids),
            col(Webhook.status).in_(chosen.statuses),
            col(Webhook.status_since) <= unchanged_since,
            *_without_record(chosen),
        )
        .order_by(col(Webhook.received_at), col(Webhook.id))
        .with_for_update(skip_locked=True)
        .cte("theirs")
    )
    claimed = session.execute(
        update(Webhook)
        .where(col(Webhook.id) == theirs.c.id)
        .values(
            status=Status.PROCESSING,
            status_since=now,
            attempts=1,
            flow_run_id=run_id,
            updates_record=chosen.made_before is MadeBefore.UPDATE,
        )
        .returning(col(Webhook.received_at), col(Webhook.id)),
        execution_options={"synchronize_session": False},
    )
    return [webhook_id for _, webhook_id in sorted(claimed)]


def _conditions(chosen: WebhookSelection) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(Webhook.status).in_(chosen.statuses)]
    if chosen.sources:
        conditions.append(col(Webhook.webhook_source).in_(chosen.sources))
    if chosen.entities:
        conditions.append(col(Webhook.entity).in_(chosen.entities))
    if chosen.kinds_of_error:
        conditions.append(_has_error_of(chosen))
    if chosen.received_from:
        conditions.append(col(Webhook.received_at) >= chosen.received_from)
    if chosen.received_until:
        conditions.append(col(Webhook.received_at) < chosen.received_until)
    if chosen.ids:
        conditions.append(col(Webhook.id).in_(chosen.ids))
    return conditions


def _has_error_of(chosen: WebhookSelection) -> ColumnElement[bool]:
    return exists().where(
        and_(
            col(WebhookParseError.webhook_id) == col(Webhook.id),
            col(WebhookParseError.kind).in_(chosen.kinds_of_error),
        )
    )


def _without_record(chosen: WebhookSelection) -> list[ColumnElement[bool]]:
    """Leave out webhooks that have made all their records: one that is Failed lacks some."""
    if chosen.made_before is MadeBefore.UPDATE:
        return []
    has_made = exists().where(col(WebhookRecord.webhook_id) == col(Webhook.id))
    return [or_(col(Webhook.status) == Status.FAILED, ~has_made)]
