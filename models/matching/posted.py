"""Contacts that are posted as such: searched for first, so that a second post enriches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.entities.contact import Contact
from models.identity import new_id
from models.matching.options import options_from
from models.matching.regions import region_of
from models.matching.rules import Submission
from models.matching.saving import log_decisions
from models.matching.search import Ways, profile_of, resolve, ways
from models.source import WebhookSource


@dataclass(frozen=True)
class Posted:
    """One contact that was posted."""

    source: str
    """The name of the source that it came from."""
    values: Mapping[str, Any]
    """What its columns get."""
    made_before: UUID | None = None
    """The contact that came of it before: it is enriched; deleted since, it stays deleted."""
    key: UUID = field(default_factory=new_id)
    """What tells it from the others."""


def contacts_of_posted(
    session: Session, posted: Sequence[Posted], now: datetime, run_id: UUID | None
) -> list[UUID | None]:
    """Find or make the contact of each posted one, and return their ids in the same order.

    Args:
        session: the transaction that takes the webhooks further.
        posted: the contacts, in the order received.
        now: the moment that new contacts are created at.
        run_id: the Prefect run that does it.
    """
    gone = _gone(session, {each.made_before for each in posted if each.made_before})
    there = [each for each in posted if each.made_before not in gone]
    if not there:
        return [None] * len(posted)
    how = ways(session)
    sources = _sources(session, [each.source for each in there])
    submissions = [_submission(each, sources.get(each.source), how) for each in there]
    decisions = resolve(session, submissions, how, now)
    contacts = {each.record_id: each.contact_id for each in decisions if each.contact_id}
    as_records = [replace(each, record_id=contacts[each.record_id]) for each in decisions]
    log_decisions(session, Contact.code(), submissions, as_records, now, run_id)
    return [contacts.get(each.key) for each in posted]


def _submission(posted: Posted, source: WebhookSource | None, how: Ways) -> Submission:
    options = options_from(Contact.person, posted.values)
    return Submission(
        posted.key,
        options,
        profile_of(source),
        region_of(options.country, source, how.regions),
        contact_id=posted.made_before,
        as_posted=posted.values,
        searches=source is None or source.searches_contacts,
    )


def _gone(session: Session, contact_ids: set[UUID]) -> set[UUID]:
    if not contact_ids:
        return set()
    there = session.exec(select(Contact.id).where(col(Contact.id).in_(contact_ids)))
    return contact_ids - set(there)


def _sources(session: Session, names: Sequence[str]) -> dict[str, WebhookSource]:
    found = session.exec(select(WebhookSource).where(col(WebhookSource.name).in_(names)))
    return {source.name: source for source in found}
