"""What webhooks came to, written down: their status, their errors, what went nowhere.

A webhook of which one record fails is Failed, and the others are made. Run again, it makes those
that are missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table
from sqlmodel import Session

from models.processing.logging import forget_errors, log_errors, logged_about
from models.processing.outcome import Outcome
from models.processing.part import Part
from models.processing.saving import Saved
from models.reading.drafting import as_json
from models.reading.parse_error import Kind
from models.setwise.writing import update_rows
from models.webhook import Status, Webhook, WebhookParseError, WebhookRecord


@dataclass
class _Result:
    """What one webhook came to, now and before."""

    webhook: Webhook
    parts: list[Part] = field(default_factory=list)
    records: dict[int, tuple[str, UUID]] = field(default_factory=dict)
    """Of each position, the code of the entity and the id."""
    logged: list[WebhookParseError] = field(default_factory=list)
    """What was logged about records that stay as they are."""

    def outcome(self) -> Outcome:
        parts = sorted(self.parts, key=lambda part: part.position)
        asked = {part.position: part.draft.entity.code() for part in parts if part.draft.entity}
        asked |= {position: code for position, (code, _) in self.records.items()}
        errors = [(error.kind, error.column) for part in parts for error in part.draft.errors]
        return Outcome(
            self.webhook.id,
            _worst({part.draft.status for part in parts}),
            asked[min(asked)] if asked else None,
            tuple(self.records[position] for position in sorted(self.records)),
            tuple([(Kind(each.kind), each.column) for each in self.logged] + errors),
        )


def _worst(statuses: set[Status]) -> Status:
    for status in (Status.QUARANTINED, Status.FAILED):
        if status in statuses:
            return status
    return Status.DONE


def settle(
    session: Session,
    webhooks: Sequence[Webhook],
    saved: Iterable[Saved],
    kept: Sequence[WebhookRecord],
    unknown: Iterable[Part],
    now: datetime,
    run_id: UUID | None,
) -> list[Outcome]:
    """Write down what became of webhooks, set-based.

    Args:
        session: the transaction that made the records.
        webhooks: all of them, in the order of the outcomes that are returned.
        saved: what was tried now.
        kept: the records that were made before and stay as they are.
        unknown: what webhooks come to, with the values that went nowhere.
        now: the moment that it happens at.
        run_id: the Prefect run that does it.
    """
    results = {webhook.id: _Result(webhook) for webhook in webhooks}
    _gather(results, saved, kept)
    before = logged_about(session, {(record.webhook_id, record.position) for record in kept})
    for error in before:
        results[error.webhook_id].logged.append(error)
    forget_errors(session, [each.id for each in webhooks if each.error_count])
    log_errors(session, (part for each in results.values() for part in each.parts), before, now)
    outcomes = [each.outcome() for each in results.values()]
    _update_webhooks(session, outcomes, _unknown(unknown), now, run_id)
    return outcomes


def _gather(
    results: Mapping[UUID, _Result], saved: Iterable[Saved], kept: Iterable[WebhookRecord]
) -> None:
    for part, record_id in saved:
        result = results[part.webhook.id]
        result.parts.append(part)
        if part.draft.entity is not None and record_id:
            result.records[part.position] = part.draft.entity.code(), record_id
    for record in kept:
        results[record.webhook_id].records[record.position] = record.entity, record.record_id


def _update_webhooks(
    session: Session,
    outcomes: Sequence[Outcome],
    unknown: dict[UUID, str],
    now: datetime,
    run_id: UUID | None,
) -> None:
    table: Table = Webhook.__table__  # type: ignore[attr-defined]
    rows = [
        {
            "id": outcome.webhook_id,
            "status": outcome.status,
            "status_since": now,
            "entity": outcome.entity,
            "unknown_parameters": unknown.get(outcome.webhook_id),
            "error_count": len(outcome.errors),
            "flow_run_id": run_id,
            "updates_record": False,
        }
        for outcome in outcomes
    ]
    update_rows(session, table, rows)


def _unknown(parts: Iterable[Part]) -> dict[UUID, str]:
    """Write down, for each webhook, the values that went to no column of any record."""
    gathered: dict[UUID, dict[str, object]] = {}
    for part in parts:
        if part.draft.unknown:
            gathered.setdefault(part.webhook.id, {}).update(part.draft.unknown)
    return {webhook_id: as_json(unknown) for webhook_id, unknown in gathered.items()}
