"""What became of one webhook, as a timeline: received, claimed, record, contact, site events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.following.subflow import SubflowState
from models.matching.evidence import in_words
from models.matching.rules import Decision, Rule
from models.matching.tables import ContactDecision
from models.site_events.tables import WebSession
from models.site_events.tracking import FormTracking, WebVisitor
from models.users.auditing import done_to
from models.webhook import Status, Webhook, WebhookParseError, WebhookRecord

SUBJECT = "webhook"
"""What webhooks are called in the audit log."""


@dataclass(frozen=True)
class Event:
    """One thing that happened, at a moment; None where it is not known or still to come."""

    at: datetime | None
    what: str
    detail: str = ""
    run_id: UUID | None = None
    """The Prefect run that did it."""
    record: tuple[str, UUID] | None = None
    """The record that it is about: entity and id."""
    failed: bool = False
    waits: bool = False


@dataclass(frozen=True)
class Life:
    """A webhook with all that came of it."""

    webhook: Webhook
    errors: Sequence[WebhookParseError]
    records: Sequence[WebhookRecord]
    events: Sequence[Event]


def life_of(session: Session, webhook_id: UUID) -> Life | None:
    """Read a webhook and all that came of it; None where there is no such webhook."""
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        return None
    errors = session.exec(
        select(WebhookParseError)
        .where(WebhookParseError.webhook_id == webhook_id)
        .order_by(col(WebhookParseError.id))
    ).all()
    records = session.exec(
        select(WebhookRecord)
        .where(WebhookRecord.webhook_id == webhook_id)
        .order_by(col(WebhookRecord.position))
    ).all()
    events = [
        Event(webhook.received_at, "Received", f"from {webhook.webhook_source}"),
        *_by_hand(session, webhook_id),
        *_made(session, records),
        _now(webhook),
    ]
    known = sorted((each for each in events if each.at and not each.waits), key=_moment)
    return Life(webhook, errors, records, [*known, *(each for each in events if each.waits)])


def _moment(event: Event) -> datetime:
    assert event.at  # noqa: S101  the caller looked
    return event.at


def _by_hand(session: Session, webhook_id: UUID) -> Iterator[Event]:
    for each in done_to(session, SUBJECT, webhook_id):
        yield Event(each.done_at, each.action.capitalize(), f"by {each.user_name}")


def _now(webhook: Webhook) -> Event:
    """Tell the status that it is in now."""
    attempts = f"{webhook.attempts} attempt{'' if webhook.attempts == 1 else 's'}"
    since = webhook.status_since
    if webhook.status == Status.NEW:
        return Event(since, "Waits for its turn", "New", waits=True)
    if webhook.status == Status.PROCESSING:
        return Event(since, "Claimed by a run", f"Processing, {attempts}", waits=True)
    if webhook.status == Status.FAILED:
        return Event(since, "Failed", attempts, webhook.flow_run_id, failed=True)
    if webhook.status == Status.QUARANTINED:
        return Event(since, "Quarantined", f"as spam, {attempts}", webhook.flow_run_id, failed=True)
    count = webhook.error_count or "no"
    warned = f"{count} warning{'s' if webhook.error_count > 1 else ''}"
    return Event(since, "Done", f"{warned}, {attempts}", webhook.flow_run_id)


def _made(session: Session, records: Sequence[WebhookRecord]) -> Iterator[Event]:
    """Tell of the records, and what became of each: a query a kind of event."""
    ids = [record.record_id for record in records]
    if not ids:
        return
    for record in records:
        yield Event(
            record.made_at, "Record", record.entity, record=(record.entity, record.record_id)
        )
    yield from _decided(session, ids)
    yield from _followed(session, ids)
    yield from _tracked(session, ids)


def _decided(session: Session, record_ids: Sequence[UUID]) -> Iterator[Event]:
    for each in session.exec(
        select(ContactDecision).where(col(ContactDecision.record_id).in_(record_ids))
    ):
        contact = ("Contact", each.contact_id) if each.contact_id else None
        yield Event(each.decided_at, "Contact", evidence(each), each.flow_run_id, contact)


def evidence(decision: ContactDecision) -> str:
    """Tell in words how a record came to its contact."""
    said = in_words(
        Decision(
            decision.record_id,
            Rule(decision.rule),
            decision.contact_id,
            tuple(filter(None, decision.used.split(", "))),
            candidates=decision.candidates,
            made=decision.made,
        )
    )
    return f"{said}; not used: {decision.unused}" if decision.unused else said


def _followed(session: Session, record_ids: Sequence[UUID]) -> Iterator[Event]:
    for each in session.exec(
        select(SubflowState).where(col(SubflowState.record_id).in_(record_ids))
    ):
        told = " · ".join(filter(None, (each.status, each.step, each.problem)))
        failed = each.status == "Failed"
        yield Event(each.since, f"Steps of {each.entity}", told, each.flow_run_id, failed=failed)


def _tracked(session: Session, record_ids: Sequence[UUID]) -> Iterator[Event]:
    visits = (
        select(func.count())
        .where(col(WebSession.web_visitor_id) == col(WebVisitor.id))
        .scalar_subquery()
    )
    found = session.exec(
        select(FormTracking, WebVisitor, visits)
        .outerjoin(WebVisitor, col(WebVisitor.id) == col(FormTracking.web_visitor_id))
        .where(col(FormTracking.form_submit_id).in_(record_ids))
    )
    for form, visitor, count in found:
        yield Event(form.noted_at, "Site events", form.tracking)
        if visitor and visitor.error_kind:
            yield Event(
                form.noted_at, "Site events", f"not fetched: {visitor.error_kind}", failed=True
            )
        elif visitor and visitor.fetched_at:
            yield Event(visitor.fetched_at, "Site events", f"{count} web sessions fetched")
        elif visitor:
            yield Event(form.noted_at, "Site events", "to be fetched", waits=True)
