"""How far each record's subflow has come: in a row, so that a killed run is taken up again.

Only entities with steps of their own (`has_steps`) keep such rows. All is set-based, in the
caller's transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlmodel import Session, col, or_, select

from models.following.subflow import SubflowState, SubflowStatus

STUCK_AFTER = timedelta(hours=1)
"""A run that has a record in hand for longer was killed."""


_TABLE = SubflowState.__table__  # type: ignore[attr-defined]


def wait(session: Session, entity: str, record_ids: Iterable[UUID], now: datetime) -> None:
    """Have records wait for their subflow: new ones, and those that a webhook has updated."""
    wanted = list(dict.fromkeys(record_ids))
    known = _known(session, entity, wanted)
    _change(
        session,
        entity,
        [each for each in wanted if each in known],
        {"status": SubflowStatus.WAITING, "since": now, "step": None, "problem": None},
        of=(SubflowStatus.DONE, SubflowStatus.FAILED),
    )
    _add(session, entity, [each for each in wanted if each not in known], now)


def take_up(
    session: Session,
    entity: str,
    record_ids: Sequence[UUID] | None,
    limit: int,
    now: datetime,
    run_id: UUID | None,
) -> list[UUID]:
    """Set records to Running, except those that another run has in hand, and return their ids.

    Args:
        session: a transaction.
        entity: their code.
        record_ids: which ones, also those that are done; without them, all that wait or failed.
        limit: how many at most, where no ids are given.
        now: the present moment.
        run_id: the Prefect run that takes them up.
    """
    query = select(SubflowState.record_id).where(SubflowState.entity == entity, _is_free(now))
    if record_ids is None:
        query = query.where(col(SubflowState.status) != SubflowStatus.DONE).limit(limit)
    else:
        known = _known(session, entity, record_ids)
        _add(session, entity, [each for each in record_ids if each not in known], now)
        query = query.where(col(SubflowState.record_id).in_(record_ids))
    query = query.order_by(col(SubflowState.since), col(SubflowState.record_id))
    taken = list(session.exec(query.with_for_update(skip_locked=True)))
    running = {"status": SubflowStatus.RUNNING, "since": now, "problem": None}
    once_more = {"attempts": _TABLE.c.attempts + 1, "flow_run_id": run_id}
    _change(session, entity, taken, running | once_more)
    return taken


def reach(session: Session, entity: str, record_ids: Sequence[UUID], step: str) -> None:
    """Say which step records have come to."""
    _change(session, entity, record_ids, {"step": step}, of=(SubflowStatus.RUNNING,))


def stop(
    session: Session, entity: str, record_ids: Sequence[UUID], problem: str, now: datetime
) -> None:
    """Say that records have stopped at their step, and for which kind of error."""
    failed = {"status": SubflowStatus.FAILED, "since": now, "problem": problem[:250]}
    _change(session, entity, record_ids, failed, of=(SubflowStatus.RUNNING,))


def go_on(session: Session, entity: str, record_ids: Sequence[UUID], now: datetime) -> None:
    """Say that records which had stopped go on, since their step was tried again and succeeded."""
    running = {"status": SubflowStatus.RUNNING, "since": now, "problem": None}
    _change(session, entity, record_ids, running, of=(SubflowStatus.FAILED,))


def finish(session: Session, entity: str, record_ids: Sequence[UUID], now: datetime) -> None:
    """Say that records are through all steps."""
    done = {"status": SubflowStatus.DONE, "since": now, "step": None}
    _change(session, entity, record_ids, done, of=(SubflowStatus.RUNNING,))


def still_running(session: Session, entity: str, record_ids: Sequence[UUID]) -> list[UUID]:
    """Return those of the records that have not stopped, in the order given."""
    running = set(
        session.exec(
            select(SubflowState.record_id).where(
                SubflowState.entity == entity,
                SubflowState.status == SubflowStatus.RUNNING,
                col(SubflowState.record_id).in_(record_ids),
            )
        )
    )
    return [each for each in record_ids if each in running]


def _is_free(now: datetime) -> Any:
    return or_(
        col(SubflowState.status) != SubflowStatus.RUNNING,
        col(SubflowState.since) < now - STUCK_AFTER,
    )


def _known(session: Session, entity: str, record_ids: Sequence[UUID]) -> set[UUID]:
    return set(
        session.exec(
            select(SubflowState.record_id).where(
                SubflowState.entity == entity, col(SubflowState.record_id).in_(record_ids)
            )
        )
    )


def _add(session: Session, entity: str, record_ids: Sequence[UUID], now: datetime) -> None:
    rows = [
        {
            "entity": entity,
            "record_id": each,
            "status": SubflowStatus.WAITING,
            "since": now,
            "attempts": 0,
        }
        for each in record_ids
    ]
    if rows:
        session.connection().execute(insert(_TABLE), rows)


def _change(
    session: Session,
    entity: str,
    record_ids: Sequence[UUID],
    values: dict[str, Any],
    of: Sequence[SubflowStatus] = tuple(SubflowStatus),
) -> None:
    if record_ids:
        session.connection().execute(
            update(_TABLE)
            .where(
                _TABLE.c.entity == entity,
                _TABLE.c.record_id.in_(record_ids),
                _TABLE.c.status.in_(of),
            )
            .values(**values)
        )
