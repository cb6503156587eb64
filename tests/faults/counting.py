"""The count after a fault: what was acknowledged and is lost, and what is there twice."""

import json
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import col, func, select

from models.database import reading
from models.entities import entities
from models.entities.contact import Contact
from models.matching.tables import ContactCommunication
from models.webhook import Status, Webhook, WebhookParseError, WebhookRecord

OF_PEOPLE = ("FormSubmit", "Lead", "Order")


@dataclass
class Count:
    """What is wrong, in words, a line a thing; both are empty where all is well."""

    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)


def count(row: str, acknowledged: dict[int, tuple[str, float]]) -> Count:
    """Count the webhooks of a row of the table against those that were acknowledged."""
    found = Count()
    stored = _stored(row)
    for number, (webhook_id, _) in acknowledged.items():
        if UUID(webhook_id) not in stored.get(number, []):
            found.lost.append(f"{number} was acknowledged and is not there")
    for number, ids in stored.items():
        if len(ids) > 1:
            found.double.append(f"{number} is there {len(ids)} times")
    _count_results(row, found)
    _count_records(found)
    _count_contacts(row, found)
    return found


def unfinished(row: str) -> int:
    """Count the webhooks without a result, and records that wait for their contact."""
    unsettled = col(Webhook.status).in_([Status.NEW, Status.PROCESSING])
    with reading() as session:
        of_row = select(func.count()).where(Webhook.webhook_source == row, unsettled)
        left = session.exec(of_row).one()
        for code in OF_PEOPLE:
            contact_id = entities()[code].__table__.c.contact_id  # type: ignore[attr-defined]
            left += session.exec(select(func.count()).where(contact_id.is_(None))).one()
    return left


def _stored(row: str) -> dict[int, list[UUID]]:
    numbers: dict[int, list[UUID]] = {}
    with reading() as session:
        of_row = select(Webhook.id, Webhook.request_body).where(Webhook.webhook_source == row)
        for webhook_id, body in session.exec(of_row):
            numbers.setdefault(int(json.loads(body)["Number"]), []).append(webhook_id)
    return numbers


def _count_results(row: str, found: Count) -> None:
    """See that each webhook is Done with one record, or Failed with one error and none."""
    with reading() as session:
        of_row = select(Webhook.id, Webhook.status).where(Webhook.webhook_source == row)
        webhooks = dict(session.exec(of_row).all())
        records = Counter(session.exec(select(WebhookRecord.webhook_id)))
        errors = Counter(session.exec(select(WebhookParseError.webhook_id)))
    for webhook_id, status in webhooks.items():
        made, wrong = records[webhook_id], errors[webhook_id]
        if (status, made, wrong) not in ((Status.DONE, 1, 0), (Status.FAILED, 0, 1)):
            words = f"{webhook_id} is {status} with {made} records and {wrong} errors"
            (found.double if made > 1 or wrong > 1 else found.lost).append(words)


def _count_records(found: Count) -> None:
    """See that each record is there that a webhook made, and no other."""
    with reading() as session:
        made = set(session.exec(select(WebhookRecord.record_id)))
        there = {id_ for code in OF_PEOPLE for id_ in session.exec(select(entities()[code].id))}
    found.lost += [f"record {each} is not there" for each in made - there]
    found.double += [f"record {each} was made by no webhook" for each in there - made]


def _count_contacts(row: str, found: Count) -> None:
    """See that no person is there twice."""
    emails = select(ContactCommunication.value, ContactCommunication.contact_id).where(
        col(ContactCommunication.value).startswith(f"{row}-")
    )
    with reading() as session:
        contacts = Counter(email for email, _ in {*session.exec(emails).all()})
        several = session.exec(
            select(Contact.email)
            .where(col(Contact.email).startswith(f"{row}-"))
            .group_by(col(Contact.email))
            .having(func.count() > 1)
        ).all()
    twice = {email for email, times in contacts.items() if times > 1} | set(several)
    found.double += [f"the person {email} is there twice" for email in twice]
