"""Put received webhooks into the table: many in one statement, each exactly once.

Whoever writes locks rows in one order, so that no two wait for each other: events, webhooks, then
counts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session

from models.admitting.counting import add_refusals
from models.admitting.repeats import EVENT_KEYS, find_repeats
from models.database import DatabaseRefusedError, transaction
from models.identity import utc_now
from models.receiving.spool import segments, taken
from models.upserting import insert_missing
from models.webhook import Status, Webhook


def insert_webhooks(session: Session, webhooks: Sequence[dict[str, Any]]) -> dict[UUID, UUID]:
    """Insert webhooks as New. One whose id is in the table already is left as it is.

    Args:
        session: an open transaction.
        webhooks: id, received_at, request_body, query_parameters, headers, content_type,
            webhook_source, source_url and api_key of each; event_sha256 and event_ends_at of those
            that tell of an event with an id.

    Returns:
        Which of them repeat an event, and the webhook that it became first; they are not inserted.
    """
    repeats = find_repeats(session, webhooks)
    rows = [
        {name: value for name, value in webhook.items() if name not in EVENT_KEYS}
        | {
            "status": Status.NEW,
            "status_since": webhook["received_at"],
            "attempts": 0,
            "error_count": 0,
            "updates_record": False,
        }
        for webhook in webhooks
        if webhook["id"] not in repeats
    ]
    insert_missing(session, Webhook, rows)
    return repeats


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
                        repeats = insert_webhooks(session, webhooks)
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
