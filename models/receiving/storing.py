"""Put received webhooks into the table: many in one statement, each exactly once.

Whoever writes locks rows in one order, so that no two wait for each other: events, webhooks, then
counts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Table
from sqlmodel import Session

from models.admitting.counting import add_refusals
from models.admitting.repeats import EVENT_KEYS, EVENT_SHA256, find_repeats
from models.database import DatabaseRefusedError, outside_transactions, transaction
from models.identity import utc_now
from models.receiving.spool import segments, taken
from models.setwise.copying import copy_rows
from models.setwise.writing import insert_missing, insert_rows
from models.webhook import Status, Webhook

WEBHOOK: Table = Webhook.__table__  # type: ignore[attr-defined]


def store_new(on: Engine, webhooks: Sequence[dict[str, Any]], seconds: float) -> dict[UUID, UUID]:
    """Store webhooks that are in no table yet: all or none of them.

    Args:
        on: the engine.
        webhooks: as for `insert_webhooks`.
        seconds: how long to wait for others of this machine that store webhooks.

    Returns:
        As `insert_webhooks`.

    Raises:
        DatabaseAwayError: the database does not take them now.
        DatabaseRefusedError: it takes them never.
    """
    if on.dialect.name == "postgresql" and not any(EVENT_SHA256 in each for each in webhooks):
        with outside_transactions(on) as connection:  # one COPY needs no BEGIN, and no COMMIT
            copy_rows(connection, WEBHOOK, [_new(webhook) for webhook in webhooks])
        return {}
    with transaction(on, answer_within=seconds) as session:
        return insert_webhooks(session, webhooks)


def insert_webhooks(
    session: Session, webhooks: Sequence[dict[str, Any]], *, again: bool = False
) -> dict[UUID, UUID]:
    """Insert webhooks as New.

    Args:
        session: an open transaction.
        webhooks: id, received_at, request_body, query_parameters, headers, content_type,
            webhook_source, source_url and api_key of each; event_sha256 and event_ends_at of those
            that tell of an event with an id.
        again: whether some may be in the table already; those are left as they are.

    Returns:
        Which of them repeat an event, and the webhook that it became first; they are not inserted.
    """
    repeats = find_repeats(session, webhooks)
    rows = [_new(webhook) for webhook in webhooks if webhook["id"] not in repeats]
    (insert_missing if again else insert_rows)(session, Webhook, rows)
    return repeats


def _new(webhook: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a webhook that nothing has been done about."""
    return {name: value for name, value in webhook.items() if name not in EVENT_KEYS} | {
        "status": Status.NEW,
        "status_since": webhook["received_at"],
        "attempts": 0,
        "error_count": 0,
        "updates_record": False,
    }


def deliver(folder: Path, on: Engine | None = None) -> Iterator[int]:
    """Put what is in a spool into the table, segment by segment, and yield the count of each.

    A segment that is still written to, or that another process has in hand, is passed over.

    Args:
        folder: the spool.
        on: an engine of its own; without it, the process's.

    Raises:
        DatabaseAwayError: the database did not take a segment, which stays where it is.
        DatabaseRefusedError: it refused a segment, which stays where it is until something is
            changed; all others were delivered.
    """
    refused: DatabaseRefusedError | None = None
    for segment in segments(folder):
        try:
            with taken(segment) as webhooks:
                if webhooks:
                    with transaction(on) as session:
                        repeats = insert_webhooks(session, webhooks, again=True)
                        _count(session, webhooks, repeats)
        except DatabaseRefusedError as error:
            refused = error  # the others need not wait for it
            continue
        if webhooks:
            yield len(webhooks)
    if refused:
        raise refused


def _count(
    session: Session, webhooks: Sequence[dict[str, Any]], repeats: Mapping[UUID, UUID]
) -> None:
    """Count the repeats among webhooks that came while no one could know that they are."""
    counts = Counter(
        (webhook["webhook_source"], "repeat") for webhook in webhooks if webhook["id"] in repeats
    )
    if counts:
        add_refusals(session, counts, utc_now())
