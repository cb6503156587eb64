"""The ceiling: a loop written by hand with psycopg, as fast as its author could make it.

It claims, reads, writes records, finds or makes contacts and sets Done, with the same pure rules
and into the same tables, in one transaction a batch. It leaves out what makes a product of it:
errors, retries, runs, other entities, mappings, lookups by name, settings that change meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy.engine import make_url
from sqlmodel import Session, select

from models.database import reading
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.identity import new_id, utc_now
from models.lookups import Channel, LeadSource
from models.matching.attribution import Attribution, marks_of
from models.matching.directory import Directory, Person, add_clues, options_of_contact
from models.matching.indexing import clues_for, profiles_in_use
from models.matching.options import SearchOptions, options_from
from models.matching.profiles import PROFILES, Profile
from models.matching.regions import region_of, regions_by_country
from models.matching.rules import Submission
from models.reading.casting import Notation
from models.reading.drafting import Draft, draft
from models.settings import settings

CLAIM = """
WITH oldest AS (
    SELECT id FROM webhook WHERE status = 'New' ORDER BY received_at, id
    LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE webhook SET status = 'Processing', status_since = %s, attempts = attempts + 1
FROM oldest WHERE webhook.id = oldest.id
RETURNING webhook.received_at, webhook.id, webhook.content_type, webhook.request_body
"""
LOCK = "SELECT pg_advisory_xact_lock(26732, key) FROM unnest(%s::int[]) AS key"
FOUND = """
SELECT * FROM contact WHERE id = ANY(ARRAY(SELECT contact_id FROM contact_clue WHERE key = ANY(%s)))
ORDER BY id FOR NO KEY UPDATE
"""
OPTIONS = """
SELECT contact_id, kind, value, region FROM contact_communication WHERE contact_id = ANY(%s)
ORDER BY created_at, id
"""
DONE = """
UPDATE webhook SET status = 'Done', status_since = %s, entity = 'FormSubmit'
WHERE id = ANY(%s)
"""


@dataclass
class _Form:
    """A webhook, and the record that it becomes."""

    webhook_id: UUID
    record_id: UUID
    values: dict[str, Any]


@dataclass
class _Known:
    """What is read once."""

    profiles: list[Profile]
    built_for: str
    regions: dict[UUID | None, str]
    attribution: Attribution

    @classmethod
    def read(cls, session: Session) -> "_Known":
        profiles = profiles_in_use(session)
        return cls(
            profiles,
            clues_for(profiles),
            regions_by_country(session),
            Attribution(session.exec(select(Channel)), session.exec(select(LeadSource))),
        )


def drain(batch_size: int) -> int:
    """Drain all New webhooks, which are forms; return how many they were."""
    with reading() as session:
        known = _Known.read(session)
    url = make_url(settings().resolved_database_url()).set(drivername="postgresql")
    count = 0
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        while True:
            with connection.transaction():
                done = _batch(connection, batch_size, known)
            if not done:
                return count
            count += done


def _batch(connection: "psycopg.Connection[Any]", size: int, known: _Known) -> int:
    now = utc_now()
    with connection.cursor(binary=True) as cursor:
        cursor.execute(CLAIM, (size, now))
        forms = [_form(known, *row[1:]) for row in sorted(cursor.fetchall())]
        if forms:
            _write_forms(cursor, forms, now)
            _search(cursor, forms, known, now)
            cursor.execute(DONE, (now, [form.webhook_id for form in forms]))
    return len(forms)


def _form(known: _Known, webhook_id: UUID, content_type: str, body: bytes) -> _Form:
    made: Draft = draft(content_type, body, Notation(), {"FormSubmit"})
    values = made.values
    marks = marks_of(FormSubmit.attribution, values)
    values["channel_id"] = values.get("channel_id") or known.attribution.channel(marks)
    values["source_id"] = values.get("source_id") or known.attribution.source(marks)
    return _Form(webhook_id, new_id(), values)


def _write_forms(cursor: "psycopg.Cursor[Any]", forms: Sequence[_Form], now: datetime) -> None:
    _copy(
        cursor,
        "webhook_record (webhook_id, position, entity, record_id, made_at)",
        ((form.webhook_id, 0, "FormSubmit", form.record_id, now) for form in forms),
    )


def _search(
    cursor: "psycopg.Cursor[Any]", forms: Sequence[_Form], known: _Known, now: datetime
) -> None:
    submissions = [_submission(form, known) for form in forms]
    keys = {key for each in submissions for key in each.keys_in(known.profiles)}
    cursor.execute(LOCK, (sorted({key.int % 256 for key in keys}),)).fetchall()
    directory = Directory(known.profiles, _people(cursor, keys, known.profiles))
    decisions = [directory.resolve(each, now) for each in submissions]
    _save_people(cursor, directory, known, now)
    names = [column.name for column in FormSubmit.columns() if column.name != "contact_id"]
    _copy(
        cursor,
        f"form_submit (id, created_at, contact_id, contact_searched_at, {', '.join(names)})",
        (
            (form.record_id, now, decision.contact_id, now, *map(form.values.get, names))
            for form, decision in zip(forms, decisions, strict=True)
        ),
    )
    _copy(
        cursor,
        "contact_decision (id, entity, record_id, contact_id, rule, used, unused, candidates, "
        "made, profile, decided_at)",
        (
            (
                *(new_id(), "FormSubmit", each.record_id, each.contact_id, each.rule),
                *(", ".join(each.used), ", ".join(each.unused), each.candidates, each.made),
                *(submission.profile.name, now),
            )
            for submission, each in zip(submissions, decisions, strict=True)
        ),
    )


def _submission(form: _Form, known: _Known) -> Submission:
    options = options_from(FormSubmit.person, form.values)
    profile = PROFILES[settings().contact_profile]
    region = region_of(options.country, None, known.regions)
    return Submission(form.record_id, options, profile, region)


def _people(
    cursor: "psycopg.Cursor[Any]", keys: Iterable[UUID], profiles: Sequence[Profile]
) -> list[Person]:
    cursor.execute(FOUND, (list(keys),))
    names = [column.name for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    people = {row["id"]: Person(row["id"], row["created_at"], row) for row in rows}
    for person in people.values():
        for profile in profiles:
            add_clues(person, profile, options_of_contact(person.fields, (), ()), None)
    for contact_id, kind, value, region in cursor.execute(OPTIONS, (list(people),)):
        is_email = kind == "Email"
        option = SearchOptions(
            emails=(value,) if is_email else (), phones=() if is_email else (value,)
        )
        for profile in profiles:
            add_clues(people[contact_id], profile, option, region)
    return list(people.values())


def _save_people(
    cursor: "psycopg.Cursor[Any]", directory: Directory, known: _Known, now: datetime
) -> None:
    new = [person for person in directory.people.values() if person.is_new]
    names = [column.name for column in Contact.columns()]
    _copy(
        cursor,
        f"contact (id, created_at, clues_for, {', '.join(names)})",
        ((each.id, now, known.built_for, *map(each.fields.get, names)) for each in new),
    )
    for each in directory.people.values():
        if each.filled and not each.is_new:
            filled = ", ".join(f"{name} = %s" for name in each.filled)
            values = (*each.filled.values(), each.id)
            cursor.execute(f"UPDATE contact SET {filled} WHERE id = %s", values)
    _copy(
        cursor,
        "contact_communication (id, contact_id, kind, value, region, is_valid, created_at)",
        (
            (new_id(), person.id, kind, value, region, True, now)
            for person in directory.people.values()
            for kind, value, region in (
                *(("Email", email, None) for email in person.new_emails),
                *(("Phone", phone, region) for phone, region in person.new_phones),
            )
        ),
    )
    _copy(cursor, "contact_clue (key, contact_id)", directory.added_keys)


def _copy(cursor: "psycopg.Cursor[Any]", into: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
