"""What would be made of a webhook and why, in words for the person who asks; nothing is written."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from models.processing.recording import parts_of
from models.reading.drafting import Draft
from models.reading.telling import draft_lines, error_lines, printable
from models.webhook import Webhook, WebhookRecord


def explain(session: Session, webhook_id: UUID) -> str | None:
    """Tell how a webhook is read: parser, entity, each parameter and its column, each error.

    Returns:
        The explanation, or None where there is no such webhook.
    """
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        return None
    made = [part.draft for part in parts_of(session, [webhook])]
    records = session.exec(
        select(WebhookRecord)
        .where(WebhookRecord.webhook_id == webhook_id)
        .order_by(col(WebhookRecord.position))
    ).all()
    return "\n".join(printable(line) for line in _lines(webhook, made, records))


def _lines(
    webhook: Webhook, drafts: Sequence[Draft], records: Sequence[WebhookRecord]
) -> Iterator[str]:
    yield f"Webhook      {webhook.id}"
    yield f"Received     {webhook.received_at:%Y-%m-%d %H:%M:%S} UTC, from {webhook.webhook_source}"
    yield f"Status       {webhook.status}, attempts {webhook.attempts}"
    yield f"Content type {webhook.content_type or '(none)'}, {len(webhook.request_body)} bytes"
    if webhook.original_body is not None:
        yield f"Corrected    the original body, {len(webhook.original_body)} bytes, is kept"
    for record in records:
        yield f"Record made  {record.entity} {record.record_id}"
    for each in drafts:
        yield from _draft_lines(each)


def _draft_lines(made: Draft) -> Iterator[str]:
    if made.entity:
        yield ""
        yield f"Would make   {made.entity.code()}, as things stand now"
    yield from draft_lines(made)
    for line in error_lines(made):
        if line.startswith("Error"):
            yield ""
        yield line
