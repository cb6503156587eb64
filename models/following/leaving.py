"""Records whose run was over before it came to what follows on them, for the next run to take up.

They wait for their contact, or for the steps of their entity. A run that was killed left them so,
and one that failed. Which runs are over, the caller has to find out.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, update
from sqlmodel import Session, col, exists, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database import has_table
from models.entities import entities_of_people
from models.entity import OfPerson
from models.following.following import STUCK_AFTER
from models.following.subflow import SubflowState, SubflowStatus
from models.setwise.among import among
from models.webhook import Webhook, WebhookRecord

LEFT_BEHIND_AFTER = timedelta(minutes=5)
"""A run that is alive comes to its records within seconds. So much later, none will."""


def runs_with_records(session: Session, before: datetime, limit: int) -> set[UUID]:
    """Return the runs with records that have waited, or were in hand, since before then."""
    found: set[UUID | None] = set()
    for entity, record_ids in _waiting(session, before, limit).items():
        made_by = (
            select(col(Webhook.flow_run_id))
            .join(WebhookRecord, col(WebhookRecord.webhook_id) == col(Webhook.id))
            .where(WebhookRecord.entity == entity, among(WebhookRecord.record_id, record_ids))
        )
        found.update(session.exec(made_by.distinct()))
    in_hand = select(col(SubflowState.flow_run_id)).where(
        SubflowState.status == SubflowStatus.RUNNING, SubflowState.since < before
    )
    found.update(session.exec(in_hand.distinct()))
    return {run for run in found if run is not None}


def let_go(session: Session, ended: Collection[UUID]) -> None:
    """Have the records wait again that these runs had in hand."""
    session.execute(
        update(SubflowState)
        .where(
            col(SubflowState.status) == SubflowStatus.RUNNING,
            among(SubflowState.flow_run_id, ended),
        )
        .values(status=SubflowStatus.WAITING),
        execution_options={"synchronize_session": False},
    )


def left_behind(
    session: Session, ended: Collection[UUID], limit: int, now: datetime
) -> dict[str, list[UUID]]:
    """Return the records that no run will come to any more, by entity, the oldest first.

    Args:
        session: a transaction, or one that reads.
        ended: runs that are known to be over.
        limit: how many records of an entity at most.
        now: the present moment.
    """
    long_ago = now - LEFT_BEHIND_AFTER
    found = _left_at_a_step(session, ended, limit, now)
    for code, entity in _people(session).items():
        left = or_(entity.created_at < long_ago, _made_by(ended, code, col(entity.id)))
        if waiting := session.exec(_oldest(entity, limit).where(left)).all():
            found[code] = list(dict.fromkeys([*waiting, *found.get(code, [])]))
    return found


def _waiting(session: Session, before: datetime, limit: int) -> dict[str, list[UUID]]:
    """Return the records that wait since before then, whoever made them, by entity."""
    found: dict[str, list[UUID]] = {}
    at_a_step = (
        select(SubflowState.entity, SubflowState.record_id)
        .where(SubflowState.status == SubflowStatus.WAITING, SubflowState.since < before)
        .limit(limit)
    )
    for code, record_id in session.exec(at_a_step):
        found.setdefault(code, []).append(record_id)
    for code, entity in _people(session).items():
        if waiting := session.exec(_oldest(entity, limit).where(entity.created_at < before)).all():
            found[code] = [*waiting, *found.get(code, [])]
    return found


def _oldest(entity: type[OfPerson], limit: int) -> SelectOfScalar[UUID]:
    return (
        select(entity.id)
        .where(col(entity.contact_searched_at).is_(None))
        .order_by(col(entity.created_at), col(entity.id))
        .limit(limit)
    )


def _left_at_a_step(
    session: Session, ended: Collection[UUID], limit: int, now: datetime
) -> dict[str, list[UUID]]:
    status, since = col(SubflowState.status), col(SubflowState.since)
    of_ended = among(SubflowState.flow_run_id, ended) | _made_by(
        ended, col(SubflowState.entity), col(SubflowState.record_id)
    )
    found = session.exec(
        select(SubflowState.entity, SubflowState.record_id)
        .where(
            status != SubflowStatus.DONE,
            or_(
                (status == SubflowStatus.WAITING) & (since < now - LEFT_BEHIND_AFTER),
                (status == SubflowStatus.WAITING) & of_ended,
                (status == SubflowStatus.RUNNING) & (since < now - STUCK_AFTER),
            ),
        )
        .order_by(since)
        .limit(limit)
    )
    gathered: dict[str, list[UUID]] = {}
    for entity, record_id in found:
        gathered.setdefault(entity, []).append(record_id)
    return gathered


def _people(session: Session) -> dict[str, type[OfPerson]]:
    """Return the entities that name people and whose tables are there."""
    return {
        code: entity
        for code, entity in entities_of_people().items()
        if has_table(session, str(entity.__tablename__))
    }


def _made_by(
    runs: Collection[UUID],
    entity: str | SQLColumnExpression[str],
    record_id: SQLColumnExpression[UUID],
) -> ColumnElement[bool]:
    """Say whether a record was made by one of these runs."""
    return exists(
        select(WebhookRecord.webhook_id)
        .join(Webhook, col(Webhook.id) == col(WebhookRecord.webhook_id))
        .where(
            WebhookRecord.entity == entity,
            WebhookRecord.record_id == record_id,
            among(Webhook.flow_run_id, runs),
        )
    )
