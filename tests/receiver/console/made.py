"""Webhooks for the console's tests, run through the real rules."""

import json
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from models.database import reading, transaction
from models.entities import entities_of_people
from models.entities.form_submit import FormSubmit
from models.identity import new_id, utc_now
from models.matching.search import search_and_create_contacts, waiting_records
from models.processing.claiming import claim
from models.processing.recording import create_records
from models.site_events.tables import ActionType, WebAction, WebSession
from models.site_events.tracking import FormTracking, WebVisitor
from models.users.tables import ConsoleAudit
from models.webhook import Webhook, WebhookRecord


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


def form_of(webhook_id: UUID) -> FormSubmit:
    """Return the form that a webhook made."""
    with reading() as session:
        made = session.get_one(WebhookRecord, (webhook_id, 0))
        return session.get_one(FormSubmit, made.record_id)


def visited(webhook_id: UUID) -> None:
    """Have the person behind a webhook's form been on the site: one visit, one page."""
    form, now, visitor_id, visit_id = form_of(webhook_id), utc_now(), new_id(), new_id()
    of_contact: dict[str, Any] = {"contact_id": form.contact_id, "matomo_site_id": 1}
    with transaction() as session:
        kind = session.exec(select(ActionType).where(ActionType.name == "action")).first()
        kind = kind or ActionType(name="action")
        visitor = WebVisitor(
            id=visitor_id, visitor_id=visitor_id.hex[-16:], claimed_at=now, **of_contact
        )
        session.add_all([kind, visitor])
        session.flush()
        number = visit_id.int % 2**31
        session.add(
            WebSession(
                id=visit_id,
                web_visitor_id=visitor_id,
                visit_id=number,
                started_at=now,
                fingerprint="",
                fetched_at=now,
                **of_contact,
            )
        )
        session.add(
            FormTracking(form_submit_id=form.id, tracking="Tracked", web_visitor_id=visitor_id)
        )
        session.flush()
        session.add(
            WebAction(
                id=new_id(),
                web_session_id=visit_id,
                action_key="1",
                position=0,
                started_at=now,
                action_type_id=kind.id,
                title="Our prices",
                page_url="https://www.example.com/prices",
            )
        )
