"""Stores what is to come in, batch by batch; what is there already is left as it is."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from models.importing.door import Item
from models.setwise.writing import insert_into
from models.webhook import Webhook, WebhookRecord

MOST_ROWS = 500
MOST_OCTETS = 16 * 1024 * 1024
"""A batch, which is one transaction, ends with whichever comes first."""


def batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Gather items to batches that fit into a transaction and into memory."""
    batch: list[Item] = []
    octets = 0
    for item in items:
        batch.append(item)
        octets += item.octets
        if len(batch) >= MOST_ROWS or octets >= MOST_OCTETS:
            yield batch
            batch, octets = [], 0
    if batch:
        yield batch


def store(session: Session, batch: list[Item]) -> int:
    """Store the rows of a batch that are not there, nor were before they were deleted; count them.

    A record outlives its webhook, and tells that the webhook was there.
    """
    rows = {item.row["id"]: item.row for item in batch if item.row}
    made = session.exec(
        select(WebhookRecord.webhook_id).where(col(WebhookRecord.webhook_id).in_(rows))
    )
    for webhook_id in set(made):
        del rows[webhook_id]
    if not rows:
        return 0
    table = Webhook.__table__  # type: ignore[attr-defined]
    new = insert_into(session, table).on_conflict_do_nothing(index_elements=["id"])
    return len(session.connection().execute(new.returning(table.c.id), list(rows.values())).all())
