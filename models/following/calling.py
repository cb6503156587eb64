"""Calls to the outside that are made once for a record, also after a crash.

A call cannot be part of a transaction. Its row is written before it with an idempotency key, and
marked done after it: a crash between the two repeats the call with the same key, by which the
other side knows it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from models.entity import Entity
from models.following.subflow import SubflowCall
from models.identity import new_id

TIMEOUT_SECONDS = 10
MAY_PASS = {408, 425, 429}
"""Answers below 500 after which the same call may succeed later."""


class CallAwayError(Exception):
    """The other side cannot be reached or is busy. Transient: the same call may succeed later."""


class CallRefusedError(Exception):
    """The other side refused the call for good."""


@dataclass(frozen=True)
class Call:
    """One call that is still to be made."""

    record: Entity
    idempotency_key: UUID


def begin_calls(
    session: Session, entity: type[Entity], record_ids: Sequence[UUID], step: str, now: datetime
) -> list[Call]:
    """Write down the calls of a step, and return those that were not made yet."""
    known = {
        call.record_id: call
        for call in session.exec(
            select(SubflowCall).where(
                SubflowCall.entity == entity.code(),
                SubflowCall.step == step,
                col(SubflowCall.record_id).in_(record_ids),
            )
        )
    }
    new = {each: new_id() for each in record_ids if each not in known}
    rows = [
        {
            "entity": entity.code(),
            "record_id": record_id,
            "step": step,
            "idempotency_key": key,
            "begun_at": now,
        }
        for record_id, key in new.items()
    ]
    if rows:
        session.connection().execute(insert(SubflowCall), rows)
    keys = new | {each.record_id: each.idempotency_key for each in known.values()}
    made = {each.record_id for each in known.values() if each.done_at}
    records = session.exec(
        select(entity)
        .where(col(entity.id).in_([each for each in record_ids if each not in made]))
        .order_by(col(entity.created_at), col(entity.id))
    )
    return [Call(record, keys[record.id]) for record in records]


def end_call(session: Session, entity: str, record_id: UUID, step: str, now: datetime) -> None:
    """Write down that a call was made."""
    session.execute(
        update(SubflowCall)
        .where(
            col(SubflowCall.entity) == entity,
            col(SubflowCall.record_id) == record_id,
            col(SubflowCall.step) == step,
        )
        .values(done_at=now)
    )


def post(url: str, call: Call, body: Mapping[str, Any]) -> None:
    """Post a body as JSON, with the header `Idempotency-Key`.

    Raises:
        CallAwayError: no answer, or one that asks to come back.
        CallRefusedError: any other answer than 2xx. Both say no more than the kind of answer.
    """
    try:
        answer = httpx.post(
            url,
            json=body,
            headers={"Idempotency-Key": str(call.idempotency_key)},
            timeout=TIMEOUT_SECONDS,
        )
    except httpx.TransportError as error:
        raise CallAwayError(type(error).__name__) from None
    except httpx.InvalidURL:
        raise CallRefusedError("InvalidURL") from None
    if answer.status_code >= 500 or answer.status_code in MAY_PASS:
        raise CallAwayError(f"HTTP {answer.status_code}")
    if not answer.is_success:
        raise CallRefusedError(f"HTTP {answer.status_code}")


def as_body(record: Entity) -> dict[str, Any]:
    """Write a record as JSON, its columns by their codes, as a webhook would bring it."""
    columns = {column.code: getattr(record, column.name) for column in record.columns()}
    return {
        "EntityName": record.code(),
        "Id": str(record.id),
        **{code: _plain(value) for code, value in columns.items()},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (UUID, Decimal)) else value
