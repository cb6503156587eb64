"""Search and create the contacts of a batch: set-based, in the caller's transaction, under locks.

The number of statements does not grow with the batch. Who searches for the same clues waits for the
one before, so that a new person who comes a hundred times at once becomes one contact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import pycountry
from sqlalchemy import bindparam, insert, text, update
from sqlmodel import Session, SQLModel, col, select

from models.attribution import Attribution, marks_of
from models.database import has_table
from models.entities.contact import Contact
from models.entity import OfPerson
from models.identity import new_id
from models.lookups import Channel, LeadSource
from models.matching.clues import clues_in, keys_of
from models.matching.directory import Directory, Person
from models.matching.indexing import clues_for, people_from, profiles_in_use, regions_by_country
from models.matching.profiles import PROFILES, Profile
from models.matching.rules import Decision, Submission
from models.matching.tables import EMAIL, PHONE, ContactClue, ContactCommunication, ContactDecision
from models.settings import settings
from models.source import WebhookSource
from models.webhook import Webhook, WebhookRecord

LOCKS = 256
"""Clues share this many locks, so that no batch, however large, fills the database's lock table."""


@dataclass(frozen=True)
class Ways:
    """How contacts are searched for now: what does not change within a batch."""

    profiles: list[Profile]
    regions: Mapping[UUID | None, str]


def ways(session: Session) -> Ways:
    """Read how contacts are searched for now."""
    return Ways(profiles_in_use(session), regions_by_country(session))


def waiting_records(
    session: Session, entity: type[OfPerson], limit: int, made_before: datetime
) -> list[UUID]:
    """Return the ids of records that wait for their contact, the oldest first."""
    if not has_table(session, str(entity.__tablename__)):
        return []
    return list(
        session.exec(
            select(entity.id)
            .where(col(entity.contact_searched_at).is_(None), entity.created_at < made_before)
            .order_by(col(entity.created_at), col(entity.id))
            .limit(limit)
        )
    )


def search_and_create_contacts(
    session: Session,
    entity: type[OfPerson],
    record_ids: Sequence[UUID],
    now: datetime,
    run_id: UUID | None = None,
) -> list[Decision]:
    """Tie records to their contacts, found or made, in the order received.

    Records whose contact was decided on before, or that another run has in hand, are passed over.
    """
    records = session.exec(
        select(entity)
        .where(col(entity.id).in_(record_ids), col(entity.contact_searched_at).is_(None))
        .order_by(col(entity.created_at), col(entity.id))
        .with_for_update(skip_locked=True)
    ).all()
    if not records:
        return []
    how = ways(session)
    _attribute(session, entity, records)
    sources = _sources_of(session, [record.id for record in records])
    submissions = [_submission(record, sources.get(record.id), how) for record in records]
    decisions = resolve(session, submissions, how, now)
    for record, decision in zip(records, decisions, strict=True):
        record.contact_id, record.contact_searched_at = decision.contact_id, now
    session.flush()
    log_decisions(session, entity.code(), submissions, decisions, now, run_id)
    return decisions


def resolve(
    session: Session, submissions: Sequence[Submission], how: Ways, now: datetime
) -> list[Decision]:
    """Find or make the contacts of submissions, in their order, and save what they gain."""
    keys = {key for each in submissions for key in _keys_wanted(each)}
    _lock(session, keys)
    directory = Directory(how.profiles, _people_meant(session, submissions, keys, how))
    decisions = [directory.resolve(each, now) for each in submissions]
    _save(session, directory, now)
    return decisions


def _submission(record: OfPerson, source: WebhookSource | None, how: Ways) -> Submission:
    options = record.define_search_options()
    return Submission(
        record.id,
        options,
        profile_of(source),
        region_of(options.country, source, how),
        contact_id=record.contact_id,
    )


def profile_of(source: WebhookSource | None) -> Profile:
    """Return the profile of a source, or else of the settings."""
    name = source.contact_profile if source else None
    return PROFILES.get(name or "", PROFILES[settings().contact_profile])


def region_of(country: str | UUID | None, source: WebhookSource | None, how: Ways) -> str | None:
    """Return where phone numbers are from: the form's country, else the source's, else ours."""
    if isinstance(country, UUID):
        named = how.regions.get(country)
    else:
        named = _region_named(country) if country else None
    return named or (source.region if source else None) or settings().default_region


@lru_cache(maxsize=1000)
def _region_named(country: str) -> str | None:
    try:
        found = pycountry.countries.lookup(country.strip())
    except LookupError:
        return None
    return str(found.alpha_2)


def _sources_of(session: Session, record_ids: Sequence[UUID]) -> dict[UUID, WebhookSource]:
    """Return the sources that records came from, as long as their webhooks are kept."""
    found = session.exec(
        select(WebhookRecord.record_id, WebhookSource)
        .join(Webhook, col(Webhook.id) == col(WebhookRecord.webhook_id))
        .join(WebhookSource, col(WebhookSource.name) == col(Webhook.webhook_source))
        .where(col(WebhookRecord.record_id).in_(record_ids))
    )
    return dict(found.all())


def _attribute(session: Session, entity: type[OfPerson], records: Sequence[OfPerson]) -> None:
    """Fill the channel and source of records that do not say them, of what came along."""
    columns = entity.attribution
    if columns is None:
        return
    known = Attribution(session.exec(select(Channel)), session.exec(select(LeadSource)))
    for record in records:
        marks = marks_of(columns, vars(record))
        if getattr(record, columns.channel) is None:
            setattr(record, columns.channel, known.channel(marks))
        if getattr(record, columns.source) is None:
            setattr(record, columns.source, known.source(marks))


def _keys_wanted(submission: Submission) -> set[UUID]:
    clues = clues_in(submission.options, submission.profile, submission.region)
    return keys_of(submission.profile, clues.emails, clues.phones, clues.names)


def _lock(session: Session, keys: Iterable[UUID]) -> None:
    """Keep others from deciding on the same clues until this transaction ends.

    All take their locks in the same order, so that none waits for one who waits for it. On SQLite
    the transaction is the only writer as it is.
    """
    if session.get_bind().dialect.name == "postgresql":
        locks = sorted({key.int % LOCKS for key in keys})
        session.execute(
            text("SELECT pg_advisory_xact_lock(:space, key) FROM unnest(:locks) AS key"),
            {"space": 0x686C, "locks": locks},
        )


def _people_meant(
    session: Session, submissions: Sequence[Submission], keys: set[UUID], how: Ways
) -> list[Person]:
    given = {each.contact_id for each in submissions if each.contact_id}
    found = session.exec(
        select(ContactClue.contact_id).where(col(ContactClue.key).in_(keys)).distinct()
    )
    contacts = session.exec(select(Contact).where(col(Contact.id).in_(given.union(found)))).all()
    return people_from(session, contacts, how.profiles)


def _save(session: Session, directory: Directory, now: datetime) -> None:
    """Write what became of contacts: rows, filled columns, options, clues; a statement each."""
    built_for = clues_for(directory.profiles)
    new = [person for person in directory.people.values() if person.is_new]
    columns = [column.name for column in Contact.columns()]
    _insert(
        session,
        Contact,
        [
            dict.fromkeys(columns)
            | person.fields
            | {"id": person.id, "created_at": person.created_at, "clues_for": built_for}
            for person in new
        ],
    )
    _fill(session, [p for p in directory.people.values() if p.filled and not p.is_new])
    _insert(session, ContactCommunication, list(_options(directory.people.values(), now)))
    _insert(
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
    """Fill empty columns of contacts, one statement for all that fill the same columns."""
    table = Contact.__table__  # type: ignore[attr-defined]
    by_columns: dict[tuple[str, ...], list[Person]] = {}
    for person in people:
        by_columns.setdefault(tuple(sorted(person.filled)), []).append(person)
    for columns, group in by_columns.items():
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("contact"))
            .values({column: bindparam(f"new_{column}") for column in columns}),
            [
                {"contact": person.id}
                | {f"new_{column}": person.filled[column] for column in columns}
                for person in group
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
    _insert(
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


def _insert(session: Session, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(model.__table__), rows)  # type: ignore[attr-defined]
