"""Which webhooks repeat an event that their source has sent before: decided by the database.

Many processes may store the same event at the same moment: one row is the first, the others wait
for its transaction and then read what it says.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import delete, tuple_
from sqlmodel import Session, col, select

from models.admitting.events import Event
from models.admitting.tables import WebhookEvent
from models.setwise.writing import insert_into

EVENT_SHA256 = "event_sha256"
EVENT_ENDS_AT = "event_ends_at"
EVENT_KEYS = {EVENT_SHA256, EVENT_ENDS_AT}
"""What a webhook on its way to the disk carries of its event, beside its columns."""

ASKED_AT_ONCE = 1000
"""Databases bound the parameters of a statement."""

Key = tuple[str, str]
"""The name of a source, and the hash of an event's id."""


def with_event(webhook: dict[str, Any], event: Event | None) -> dict[str, Any]:
    """Return a webhook with the event that it tells of."""
    if event is None:
        return webhook
    return webhook | {EVENT_SHA256: event.sha256, EVENT_ENDS_AT: event.ends_at}


def find_repeats(session: Session, webhooks: Sequence[dict[str, Any]]) -> dict[UUID, UUID]:
    """Note the events of webhooks, and return those that repeat one, with the webhook it became.

    A webhook that noted its event before, and is stored again from the spool, is none of them.

    Args:
        session: an open transaction, in which no other row was written yet.
        webhooks: as `with_event` made them. Those without an event cost nothing.
    """
    first: dict[Key, dict[str, Any]] = {}
    telling = [webhook for webhook in webhooks if EVENT_SHA256 in webhook]
    for webhook in telling:
        first.setdefault(_key(webhook), webhook)
    if not first:
        return {}
    _note(session, [first[key] for key in sorted(first)])
    noted = dict(_noted(session, list(first)))
    return {
        webhook["id"]: noted[_key(webhook)].webhook_id
        for webhook in telling
        if _repeats(webhook, noted[_key(webhook)])
    }


def _key(webhook: Mapping[str, Any]) -> Key:
    return webhook["webhook_source"], webhook[EVENT_SHA256]


def _note(session: Session, webhooks: Sequence[dict[str, Any]]) -> None:
    """Note events that are new, or whose time is over, in the order that all writers keep."""
    insert = insert_into(session, WebhookEvent.__table__)  # type: ignore[attr-defined]
    fresh = {name: insert.excluded[name] for name in ("webhook_id", "received_at", "ends_at")}
    session.connection().execute(
        insert.on_conflict_do_update(
            index_elements=["webhook_source", "event_sha256"],
            set_=fresh,
            where=col(WebhookEvent.ends_at) <= insert.excluded.received_at,
        ),
        [
            {
                "webhook_source": webhook["webhook_source"],
                "event_sha256": webhook[EVENT_SHA256],
                "webhook_id": webhook["id"],
                "received_at": webhook["received_at"],
                "ends_at": webhook[EVENT_ENDS_AT],
            }
            for webhook in webhooks
        ],
    )


def _noted(session: Session, keys: Sequence[Key]) -> Iterator[tuple[Key, WebhookEvent]]:
    rest = iter({sha256 for _, sha256 in keys})
    while some := list(islice(rest, ASKED_AT_ONCE)):
        for event in session.exec(
            select(WebhookEvent).where(col(WebhookEvent.event_sha256).in_(some))
        ):
            yield (event.webhook_source, event.event_sha256), event


def _repeats(webhook: Mapping[str, Any], noted: WebhookEvent) -> bool:
    """Say whether a webhook came within the time of an event that another one noted.

    One from the spool may be older than what was noted since, by more than that time.
    """
    lasts = webhook[EVENT_ENDS_AT] - webhook["received_at"]
    apart = abs(webhook["received_at"] - noted.received_at)
    return bool(noted.webhook_id != webhook["id"] and apart < lasts)


def forget_events(session: Session, now: datetime, limit: int) -> int:
    """Delete events whose time is over, at most so many, and return how many they were."""
    old = (
        select(WebhookEvent.webhook_source, WebhookEvent.event_sha256)
        .where(col(WebhookEvent.ends_at) <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("old")
    )
    key = tuple_(col(WebhookEvent.webhook_source), col(WebhookEvent.event_sha256))
    gone = delete(WebhookEvent).where(key.in_(select(old.c.webhook_source, old.c.event_sha256)))
    return len(session.connection().execute(gone.returning(col(WebhookEvent.event_sha256))).all())
