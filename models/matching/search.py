"""Search and create the contacts of a batch: set-based, in the caller's transaction, under locks.

The number of statements does not grow with the batch. Who searches for the same clues waits for the
one before, so that a new person who comes a hundred times at once becomes one contact.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, text
from sqlmodel import Session, col, or_, select

from models.database import has_table
from models.entity import OfPerson
from models.lookups import Channel, LeadSource
from models.matching.attribution import Attribution, marks_of
from models.matching.directory import Directory, Person
from models.matching.indexing import CONTACT, people_from, profiles_in_use, read_contacts
from models.matching.profiles import PROFILES, Profile
from models.matching.regions import region_of, regions_by_country
from models.matching.rules import Decision, Submission
from models.matching.saving import log_decisions, save_contacts
from models.matching.tables import ContactClue
from models.settings import settings
from models.setwise.among import among
from models.setwise.writing import update_rows
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


def some_wait(session: Session, entity: type[OfPerson], record_ids: Collection[UUID]) -> bool:
    """Say whether any of these records waits for its contact."""
    waiting = select(entity.id).where(
        among(entity.id, record_ids), col(entity.contact_searched_at).is_(None)
    )
    return session.exec(waiting.limit(1)).first() is not None


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
        .where(among(entity.id, record_ids), col(entity.contact_searched_at).is_(None))
        .order_by(col(entity.created_at), col(entity.id))
        .with_for_update(skip_locked=True)
    ).all()
    if not records:
        return []
    session.expunge_all()  # `_tie` writes them: the session would, by a statement for each kind
    how = ways(session)
    _attribute(session, entity, records)
    sources = _sources_of(session, entity, [record.id for record in records])
    submissions = [_submission(record, sources.get(record.id), how) for record in records]
    decisions = resolve(session, submissions, how, now)
    _tie(session, entity, records, decisions, now)
    log_decisions(session, entity.code(), submissions, decisions, now, run_id)
    return decisions


def resolve(
    session: Session, submissions: Sequence[Submission], how: Ways, now: datetime
) -> list[Decision]:
    """Find or make the contacts of submissions, in their order, and save what they gain."""
    _lock(session, {key for each in submissions for key in each.keys_in(how.profiles)})
    directory = Directory(how.profiles, _people_meant(session, submissions, how))
    decisions = [directory.resolve(each, now) for each in submissions]
    save_contacts(session, directory, now)
    return decisions


def _submission(record: OfPerson, source: WebhookSource | None, how: Ways) -> Submission:
    options = record.define_search_options()
    return Submission(
        record.id,
        options,
        profile_of(source),
        region_of(options.country, source, how.regions),
        contact_id=record.contact_id,
    )


def profile_of(source: WebhookSource | None) -> Profile:
    """Return the profile of a source, or else of the settings."""
    name = source.contact_profile if source else None
    return PROFILES.get(name or "", PROFILES[settings().contact_profile])


def _sources_of(
    session: Session, entity: type[OfPerson], record_ids: Sequence[UUID]
) -> dict[UUID, WebhookSource]:
    """Return the sources of records that are searched for in a way of their own.

    As long as their webhooks are kept; those of all others are searched for as the settings say.
    """
    of_their_own = or_(
        col(WebhookSource.contact_profile).is_not(None), col(WebhookSource.region).is_not(None)
    )
    sources = {each.name: each for each in session.exec(select(WebhookSource).where(of_their_own))}
    if not sources:
        return {}
    names = session.exec(
        select(WebhookRecord.record_id, Webhook.webhook_source)
        .join(Webhook, col(Webhook.id) == col(WebhookRecord.webhook_id))
        .where(WebhookRecord.entity == entity.code(), among(WebhookRecord.record_id, record_ids))
    )
    return {record_id: sources[name] for record_id, name in names if name in sources}


def _attribute(session: Session, entity: type[OfPerson], records: Sequence[OfPerson]) -> None:
    """Fill the channel and source of records that do not say them, of what came along."""
    columns = entity.attribution
    if columns is None:
        return
    known = Attribution(session.exec(select(Channel)), session.exec(select(LeadSource)))
    for record in records:
        # The rows are written by `_tie`: the session need not be told of what changes in them.
        values = vars(record)
        marks = marks_of(columns, values)
        if values[columns.channel] is None:
            values[columns.channel] = known.channel(marks)
        if values[columns.source] is None:
            values[columns.source] = known.source(marks)


def _tie(
    session: Session,
    entity: type[OfPerson],
    records: Sequence[OfPerson],
    decisions: Sequence[Decision],
    now: datetime,
) -> None:
    """Write the contact of each record, and where its person came from, by one statement."""
    table: Table = entity.__table__  # type: ignore[attr-defined]
    came_from = (
        (entity.attribution.source, entity.attribution.channel) if entity.attribution else ()
    )
    rows = [
        {"id": record.id, "contact_id": decision.contact_id, "contact_searched_at": now}
        | {column: vars(record)[column] for column in came_from}
        for record, decision in zip(records, decisions, strict=True)
    ]
    update_rows(session, table, rows)


def _lock(session: Session, keys: Collection[UUID]) -> None:
    """Keep others from deciding on the same clues until this transaction ends.

    All take their locks in the same order, so that none waits for one who waits for it. On SQLite
    the transaction is the only writer as it is.
    """
    if keys and session.get_bind().dialect.name == "postgresql":
        locks = sorted({key.int % LOCKS for key in keys})
        session.execute(
            # Cast, since an empty list, of records without a key, tells no type.
            text(
                "SELECT pg_advisory_xact_lock(CAST(:space AS int), key) "
                "FROM unnest(CAST(:locks AS int[])) AS key"
            ),
            {"space": 0x686C, "locks": locks},
        )


def _people_meant(session: Session, submissions: Sequence[Submission], how: Ways) -> list[Person]:
    """Read the contacts that submissions may find, and keep others from changing them.

    Two that found one contact by different clues would else both add the same phone to it.
    """
    keys = {key for each in submissions for key in each.keys}
    given = {each.contact_id for each in submissions if each.contact_id}
    found = session.exec(
        select(ContactClue.contact_id).where(among(ContactClue.key, keys)).distinct()
    )
    contacts = read_contacts(
        session,
        select(CONTACT)
        .where(among(CONTACT.c.id, given.union(found)))
        .order_by(CONTACT.c.id)
        .with_for_update(key_share=True),
    )
    return people_from(session, contacts, how.profiles)
