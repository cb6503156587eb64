"""Webhooks for the tests to work on: stored as the receiver does it, processed as a task does."""

import json
import tomllib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import select

from models.database import reading, transaction
from models.entity import Entity
from models.identity import new_id, utc_now
from models.lookups import Country
from models.processing.claiming import claim
from models.processing.correcting import retry
from models.processing.outcome import Outcome
from models.processing.recording import create_records
from models.source import WebhookSource, add_source, find_source
from models.webhook import Webhook, WebhookParseError

SOURCE = "test"


def store(
    *bodies: bytes, content_type: str | None = "application/json", at: datetime | None = None
) -> list[UUID]:
    """Store webhooks as New, and return their ids in the same order."""
    with transaction() as session:
        webhooks = [
            Webhook(
                request_body=body,
                content_type=content_type,
                webhook_source=SOURCE,
                api_key=new_id(),
                received_at=at or utc_now(),
            )
            for body in bodies
        ]
        session.add_all(webhooks)
        return [webhook.id for webhook in webhooks]


def form(entity: str, **parameters: Any) -> bytes:
    """Write a body in JSON."""
    return json.dumps({"EntityName": entity, **parameters}).encode()


def process() -> list[Outcome]:
    """Claim what is New and make its records, each in one transaction, as the tasks do."""
    with transaction() as session:
        claimed = claim(session, 1000, utc_now())
    with transaction() as session:
        return create_records(session, claimed, utc_now())


def stored(webhook_id: UUID) -> Webhook:
    """Read a webhook."""
    with reading() as session:
        return session.get_one(Webhook, webhook_id)


def logged(webhook_id: UUID) -> list[WebhookParseError]:
    """Read what was logged about a webhook."""
    with reading() as session:
        return list(
            session.exec(
                select(WebhookParseError)
                .where(WebhookParseError.webhook_id == webhook_id)
                .order_by(WebhookParseError.id)  # type: ignore[arg-type]
            )
        )


def records(entity: type[Entity]) -> list[Any]:
    """Read all records of an entity."""
    with reading() as session:
        return list(session.exec(select(entity)))


def country(name: str) -> UUID:
    """Return the id of a country."""
    with reading() as session:
        return session.exec(select(Country.id).where(Country.name == name)).one()


def define(toml: str = "", default_entity: str | None = None) -> None:
    """Give the source a definition, written in TOML."""
    with transaction() as session:
        source = find_source(session, SOURCE)
        if source is None:
            add_source(session, SOURCE)
            source = session.exec(select(WebhookSource)).one()
        source.definition = tomllib.loads(toml)
        source.default_entity = default_entity


def put_back(*webhook_ids: UUID, update: bool = False) -> None:
    """Put webhooks back to New, as `hookline webhook retry` does."""
    with transaction() as session:
        assert retry(session, webhook_ids, utc_now(), update=update).new == list(webhook_ids)
