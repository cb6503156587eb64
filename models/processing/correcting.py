"""Webhooks put right by hand: run again as they are, or with a body that was corrected."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy import update as sql_update
from sqlmodel import Session, col, select

from models.webhook import Status, Webhook, WebhookRecord


class WebhookError(Exception):
    """A webhook cannot be put right; the text says why, for the person who asked."""


@dataclass
class PutBack:
    """What became of webhooks that were to run again, by their ids."""

    new: list[UUID] = field(default_factory=list)
    kept: list[UUID] = field(default_factory=list)
    """Those left alone since they have made all their records."""
    busy: list[UUID] = field(default_factory=list)
    """Those in the hands of a run."""
    missing: list[UUID] = field(default_factory=list)
    not_caught: list[UUID] = field(default_factory=list)
    """Those that are to be released and are not Quarantined."""

    def in_words(self) -> list[str]:
        """Tell it in a line a webhook."""
        words = {
            "is New.": self.new,
            "has made its record and is left alone; --update sets its record anew.": self.kept,
            "is in the hands of a run; try again in a moment.": self.busy,
            "is not there.": self.missing,
            "is not Quarantined, and is left as it is.": self.not_caught,
        }
        return [f"{webhook_id} {said}" for said, ids in words.items() for webhook_id in ids]


def retry(
    session: Session, webhook_ids: Sequence[UUID], now: datetime, *, update: bool = False
) -> PutBack:
    """Put webhooks back to New, with a fresh count of attempts; the process takes them from there.

    Args:
        session: the transaction that it happens in.
        webhook_ids: those to run again.
        now: since when they are New.
        update: whether those that made a record set it anew; otherwise these are left alone.
    """
    webhooks = _locked(session, webhook_ids)
    made = set(
        session.exec(
            select(WebhookRecord.webhook_id).where(col(WebhookRecord.webhook_id).in_(webhook_ids))
        )
    )
    result = PutBack()
    for webhook_id in dict.fromkeys(webhook_ids):
        if (webhook := webhooks.get(webhook_id)) is None:
            result.missing.append(webhook_id)
        elif webhook.status == Status.PROCESSING:
            result.busy.append(webhook_id)
        elif webhook_id in made and webhook.status != Status.FAILED and not update:
            result.kept.append(webhook_id)
        else:
            _put_back(webhook, now, update=update)
            result.new.append(webhook_id)
    return result


def release(session: Session, webhook_ids: Sequence[UUID], now: datetime) -> PutBack:
    """Say that Quarantined webhooks are no spam, and put them back to New; others are kept."""
    webhooks = _locked(session, webhook_ids)
    result = PutBack()
    for webhook_id in dict.fromkeys(webhook_ids):
        if (webhook := webhooks.get(webhook_id)) is None:
            result.missing.append(webhook_id)
        elif webhook.status != Status.QUARANTINED:
            result.not_caught.append(webhook_id)
        else:
            webhook.released = True
            _put_back(webhook, now, update=False)
            result.new.append(webhook_id)
    return result


def retry_all(
    session: Session, webhook_ids: Sequence[UUID], now: datetime, *, update: bool = False
) -> int:
    """Put many webhooks back to New, as `retry` does, in one statement; count them."""
    conditions = [col(Webhook.id).in_(webhook_ids), col(Webhook.status) != Status.PROCESSING]
    if not update:
        conditions.append(~exists().where(col(WebhookRecord.webhook_id) == col(Webhook.id)))
    put_back = session.execute(
        sql_update(Webhook)
        .where(*conditions)
        .values(status=Status.NEW, status_since=now, attempts=0, updates_record=update),
        execution_options={"synchronize_session": False},
    )
    return put_back.rowcount  # type: ignore[attr-defined, no-any-return]


def delete(session: Session, webhook_id: UUID) -> Webhook:
    """Delete a webhook with its errors, and return what it was. Its record stays.

    Raises:
        WebhookError: there is no such webhook, or a run has it in hand.
    """
    webhook = session.get(Webhook, webhook_id, with_for_update=True)
    if webhook is None:
        raise WebhookError(f"There is no webhook {webhook_id}.")
    if webhook.status == Status.PROCESSING:
        raise WebhookError(f"A run is processing webhook {webhook_id}. Try again in a moment.")
    session.delete(webhook)
    return webhook


def correct_body(
    session: Session, webhook_id: UUID, body: bytes, now: datetime, *, update: bool = False
) -> None:
    """Give a webhook another body and put it back to New; the body that came first is kept.

    Args:
        session: the transaction that it happens in.
        webhook_id: the webhook's.
        body: what it should have been, in the content type that it came with.
        now: since when it is New.
        update: whether it sets the record anew that it made before.

    Raises:
        WebhookError: there is no such webhook, a run has it in hand, or it has made a record that
            is not to be updated.
    """
    done = retry(session, [webhook_id], now, update=update)
    if done.missing:
        raise WebhookError(f"There is no webhook {webhook_id}.")
    if done.busy:
        raise WebhookError(f"A run is processing webhook {webhook_id}. Try again in a moment.")
    if done.kept:
        raise WebhookError(
            f"Webhook {webhook_id} has made its record. Have it updated (`--update`), or correct "
            "the record itself."
        )
    session.get_one(Webhook, webhook_id).request_body = body  # a trigger keeps the original
    session.flush()


def _locked(session: Session, webhook_ids: Sequence[UUID]) -> dict[UUID, Webhook]:
    locked = (
        select(Webhook)
        .where(col(Webhook.id).in_(webhook_ids))
        .order_by(col(Webhook.id))
        .with_for_update()
    )
    return {each.id: each for each in session.exec(locked)}


def _put_back(webhook: Webhook, now: datetime, *, update: bool) -> None:
    webhook.status, webhook.status_since, webhook.attempts = Status.NEW, now, 0
    webhook.updates_record = update
