"""What a batch made of contacts, written: rows, filled columns, options, clues, decisions.

The number of statements does not grow with the batch.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlmodel import Session, select

from models.entities.contact import Contact
from models.identity import new_id
from models.matching.directory import Directory, Person
from models.matching.indexing import CONTACT, clues_for
from models.matching.rules import Decision, Rule, Submission
from models.matching.tables import EMAIL, PHONE, ContactClue, ContactCommunication, ContactDecision
from models.setwise.among import among
from models.setwise.writing import insert_rows


def save_contacts(session: Session, directory: Directory, now: datetime) -> None:
    """Write the contacts that are new, and what those gained that were there."""
    people = directory.people.values()
    built_for = clues_for(directory.profiles)
    columns = [column.name for column in Contact.columns()]
    insert_rows(
        session,
        Contact,
        [
            dict.fromkeys(columns)
            | person.fields
            | {"id": person.id, "created_at": person.created_at, "clues_for": built_for}
            for person in people
            if person.is_new
        ],
    )
    _fill(session, [person for person in people if person.filled and not person.is_new])
    insert_rows(session, ContactCommunication, list(_options(people, now)))
    insert_rows(
        session,
        ContactClue,
        [{"key": key, "contact_id": contact_id} for key, contact_id in directory.added_keys],
    )


def _options(people: Iterable[Person], now: datetime) -> Iterable[dict[str, Any]]:
    for person in people:
        emails = [(EMAIL, value, None) for value in person.new_emails]
        phones = [(PHONE, value, region) for value, region in person.new_phones]
        for kind, value, region in [*emails, *phones]:
            yield {
                "id": new_id(),
                "contact_id": person.id,
                "kind": kind,
                "value": value,
                "region": region,
                "is_valid": True,
                "created_at": now,
            }


def _fill(session: Session, people: Sequence[Person]) -> None:
    """Fill empty columns of contacts: the columns that any of them fills, of all of them."""
    columns = {column for person in people for column in person.filled}
    if not columns:
        return
    session.connection().execute(
        update(CONTACT)
        .where(CONTACT.c.id == bindparam("b_id"))
        .values({column: bindparam(f"b_{column}") for column in columns}),
        [
            {"b_id": person.id} | {f"b_{column}": person.fields.get(column) for column in columns}
            for person in people
        ],
    )


def log_decisions(
    session: Session,
    entity: str,
    submissions: Sequence[Submission],
    decisions: Sequence[Decision],
    now: datetime,
    run_id: UUID | None,
) -> None:
    """Keep the evidence of each decision."""
    insert_rows(
        session,
        ContactDecision,
        [
            {
                "id": new_id(),
                "entity": entity,
                "record_id": decision.record_id,
                "contact_id": decision.contact_id,
                "rule": decision.rule,
                "used": ", ".join(decision.used),
                "unused": ", ".join(decision.unused),
                "candidates": decision.candidates,
                "made": decision.made,
                "profile": submission.profile.name,
                "decided_at": now,
                "flow_run_id": run_id,
            }
            for submission, decision in zip(submissions, decisions, strict=True)
        ],
    )


def decisions_of(session: Session, record_ids: Collection[UUID], run_id: UUID) -> list[Decision]:
    """Return what a run has decided on records, by the evidence that it kept."""
    kept = session.exec(
        select(ContactDecision).where(
            among(ContactDecision.record_id, record_ids), ContactDecision.flow_run_id == run_id
        )
    )
    return [
        Decision(
            each.record_id,
            Rule(each.rule),
            each.contact_id,
            tuple(filter(None, each.used.split(", "))),
            tuple(filter(None, each.unused.split(", "))),
            each.candidates,
            each.made,
        )
        for each in kept
    ]
