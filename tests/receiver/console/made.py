"""Webhooks for the console's tests, run through the real rules."""

import json
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from models.database import reading, transaction
from models.entities import entities_of_people
from models.identity import new_id, utc_now
from models.matching.search import search_and_create_contacts, waiting_records
from models.processing.claiming import claim
from models.processing.recording import create_records
from models.users.tables import ConsoleAudit
from models.webhook import Webhook


def arrive(source: str = "forms", headers: Any = (), **parameters: Any) -> UUID:
    """Have a webhook arrive, and return its id."""
    return arrive_raw(json.dumps(parameters).encode(), source=source, headers=headers)


def arrive_raw(
    body: bytes,
    content_type: str | None = "application/json",
    source: str = "forms",
    headers: Any = (),
    **more: Any,
) -> UUID:
    """Have bytes arrive, and return the webhook's id."""
    webhook = Webhook(
        request_body=body,
        content_type=content_type,
        webhook_source=source,
        api_key=new_id(),
        headers=json.dumps(list(headers)),
        **more,
    )
    with transaction() as session:
        session.add(webhook)
    return webhook.id


def run() -> None:
    """Do what the next run does: records, and the people behind them."""
    with transaction() as session:
        create_records(session, claim(session, 1000, utc_now()), utc_now(), new_id())
    for entity in entities_of_people().values():
        with transaction() as session:
            waiting = waiting_records(session, entity, 1000, utc_now())
            search_and_create_contacts(session, entity, waiting, utc_now(), new_id())


def audit() -> list[ConsoleAudit]:
    """Return what users did, the first first."""
    with reading() as session:
        return list(session.exec(select(ConsoleAudit).order_by(col(ConsoleAudit.id))))
