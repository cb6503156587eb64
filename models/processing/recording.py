"""From claimed webhooks to records: drafted where nobody waits, saved set-based in a transaction.

Records, parse errors and status land together or not at all. One query serves the whole chunk.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlmodel import Session, col, select

from models.configuring.manner import Manner, drafts_of, manner_of
from models.looking_up.resolving import with_lookups
from models.processing.outcome import Outcome
from models.processing.part import Part, Place
from models.processing.saving import save_all
from models.processing.settling import settle
from models.processing.updating import with_entity_checked
from models.setwise.among import among
from models.source import WebhookSource
from models.webhook import Status, Webhook, WebhookEntity, WebhookRecord


@dataclass(frozen=True, slots=True)
class Drafted:
    """What claimed webhooks come to, as they were when they were read."""

    webhooks: Sequence[Webhook]
    parts: Sequence[Part]


def draft_claimed(session: Session, webhook_ids: Sequence[UUID]) -> Drafted:
    """Draft the records of claimed webhooks, in the order received; nothing is written or locked.

    Reading and drafting take as long as saving. Where one writes at a time, the others do this
    meanwhile.
    """
    webhooks = session.exec(
        select(Webhook)
        .where(among(Webhook.id, webhook_ids), Webhook.status == Status.PROCESSING)
        .order_by(col(Webhook.received_at), col(Webhook.id))
    ).all()
    return Drafted(webhooks, _drafts(session, webhooks, {}))


def create_records(
    session: Session, webhook_ids: Sequence[UUID], now: datetime, run_id: UUID | None = None
) -> list[Outcome]:
    """Make the records of claimed webhooks, and set each to Done or Failed.

    `draft_claimed` and `save_drafted` in one transaction.
    """
    return save_drafted(session, webhook_ids, draft_claimed(session, webhook_ids), now, run_id)


def save_drafted(
    session: Session,
    webhook_ids: Sequence[UUID],
    drafted: Drafted,
    now: datetime,
    run_id: UUID | None = None,
) -> list[Outcome]:
    """Save what claimed webhooks come to, and set each to Done or Failed.

    Webhooks that are no longer Processing, or that were claimed anew since they were drafted, are
    passed over: another run has them. Those of them that have made records are told of: it was
    this one, and its answer was lost. A record that was made before is not made again: it stays,
    or is updated where the webhook's row says so.
    """
    ours = _lock(session, drafted.webhooks)
    webhooks = [webhook for webhook in drafted.webhooks if webhook.id in ours]
    updates = {webhook.id for webhook in webhooks if webhook.updates_record}
    records = records_of(session, webhook_ids)
    before = {place: record for place, record in records.items() if record.webhook_id in ours}
    made = {place: record for place, record in before.items() if record.webhook_id in updates}
    kept = {place: record for place, record in before.items() if place not in made}
    drafts = [part for part in drafted.parts if part.webhook.id in ours]
    parts = with_lookups(session, drafts, create=True)
    # What cannot be read at all is tried, whatever was made of it before: to say so.
    tried = [part for part in parts if part.place not in kept or part.draft.entity is None]
    saved = save_all(session, with_entity_checked(tried, made), made, now, run_id)
    outcomes = settle(session, webhooks, saved, list(kept.values()), parts, now, run_id)
    return outcomes + _as_they_are(
        session, [records[each] for each in records if each not in before]
    )


def parts_of(
    session: Session,
    webhooks: Iterable[Webhook],
    others: Mapping[str, Manner] = MappingProxyType({}),
    *,
    create_lookups: bool = False,
) -> list[Part]:
    """Draft webhooks as the lookups stand now.

    Nothing is written but the rows of lookups that are to be made where they allow it.

    Args:
        session: the transaction, or one that only reads.
        webhooks: stored requests.
        others: manners that sources are read in, by name, other than those that they have.
        create_lookups: whether rows of lookups are made.
    """
    return with_lookups(session, _drafts(session, webhooks, others), create=create_lookups)


def _drafts(
    session: Session, webhooks: Iterable[Webhook], others: Mapping[str, Manner]
) -> list[Part]:
    """Draft webhooks, with the lookups that they name still to be looked up."""
    allowed = set(session.exec(select(WebhookEntity.name)))
    sources = session.exec(select(WebhookSource))
    manners = {source.name: manner_of(source) for source in sources} | dict(others)
    of_none = Manner()
    return [
        Part(webhook, position, made)
        for webhook in webhooks
        for position, made in drafts_of(
            webhook, manners.get(webhook.webhook_source, of_none), allowed
        )
    ]


def _as_they_are(session: Session, records: Sequence[WebhookRecord]) -> list[Outcome]:
    """Tell what became of webhooks that are through."""
    of_webhook: dict[UUID, list[WebhookRecord]] = {}
    for record in records:
        of_webhook.setdefault(record.webhook_id, []).append(record)
    if not of_webhook:
        return []
    found = session.exec(select(Webhook.id, Webhook.status).where(among(Webhook.id, of_webhook)))
    return [
        Outcome(
            webhook_id,
            Status(status),
            of_webhook[webhook_id][0].entity,
            tuple((record.entity, record.record_id) for record in of_webhook[webhook_id]),
        )
        for webhook_id, status in found
    ]


def _lock(session: Session, webhooks: Sequence[Webhook]) -> set[UUID]:
    """Keep others off the webhooks whose claim is still the one that they were read with."""
    found = session.exec(
        select(Webhook.id, Webhook.status_since)
        .where(
            among(Webhook.id, [webhook.id for webhook in webhooks]),
            Webhook.status == Status.PROCESSING,
        )
        .order_by(col(Webhook.received_at), col(Webhook.id))
        .with_for_update()
    )
    claimed = dict(found.all())
    return {each.id for each in webhooks if claimed.get(each.id) == each.status_since}


def records_of(session: Session, webhook_ids: Sequence[UUID]) -> dict[Place, WebhookRecord]:
    """Return the records that webhooks have made, by their places."""
    found = session.exec(
        select(WebhookRecord)
        .where(among(WebhookRecord.webhook_id, webhook_ids))
        .order_by(col(WebhookRecord.position))
    )
    return {(record.webhook_id, record.position): record for record in found}
