"""Put received webhooks into the table: many in one statement, each exactly once."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models.database import DatabaseRefusedError, transaction
from models.receiving.spool import segments, taken
from models.webhook import Status, Webhook


def insert_webhooks(session: Session, webhooks: Sequence[dict[str, Any]]) -> None:
    """Insert webhooks as New. One whose id is in the table already is left as it is.

    Args:
        session: an open transaction.
        webhooks: id, received_at, request_body, query_parameters, headers, content_type,
            webhook_source, source_url and api_key of each.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [
        webhook
        | {
            "status": Status.NEW,
            "status_since": webhook["received_at"],
            "attempts": 0,
            "error_count": 0,
            "updates_record": False,
        }
        for webhook in webhooks
    ]
    session.connection().execute(
        dialect.insert(Webhook.__table__).on_conflict_do_nothing(),  # type: ignore[attr-defined]
        rows,
    )


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
                        insert_webhooks(session, webhooks)
        except DatabaseRefusedError as error:
            refused = error  # the others need not wait for it
            continue
        if webhooks:
            yield len(webhooks)
    if refused:
        raise refused
