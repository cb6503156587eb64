"""Contacts that are posted as such: searched for first, so that a second post enriches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.entities.contact import Contact
from models.matching.options import options_from
from models.matching.regions import region_of
from models.matching.rules import Submission
from models.matching.saving import log_decisions
from models.matching.search import profile_of, resolve, ways
from models.source import WebhookSource


def contacts_of_posted(
    session: Session,
    posted: Iterable[tuple[UUID, str, Mapping[str, Any]]],
    now: datetime,
    run_id: UUID | None,
    made_before: Mapping[UUID, UUID] = MappingProxyType({}),
) -> dict[UUID, UUID]:
    """Find or make the contact of each posted one, and return their ids by webhook.

    Args:
        session: the transaction that takes the webhooks further.
        posted: webhook id, name of its source, and what the columns get, in the order received.
        now: the moment that new contacts are created at.
        run_id: the Prefect run that does it.
        made_before: the contacts that webhooks made before, by webhook. These are enriched; one
            that was deleted since stays deleted.
    """
    gone = _gone(session, set(made_before.values()))
    posted = [each for each in posted if made_before.get(each[0]) not in gone]
    if not posted:
        return {}
    how = ways(session)
    sources = _sources(session, [source for _, source, _ in posted])
    submissions = []
    for webhook_id, source_name, values in posted:
        source = sources.get(source_name)
        options = options_from(Contact.person, values)
        submissions.append(
            Submission(
                webhook_id,
                options,
                profile_of(source),
                region_of(options.country, source, how.regions),
                contact_id=made_before.get(webhook_id),
                as_posted=values,
                searches=source is None or source.searches_contacts,
            )
        )
    decisions = resolve(session, submissions, how, now)
    contacts = {each.record_id: each.contact_id for each in decisions if each.contact_id}
    as_records = [replace(each, record_id=contacts[each.record_id]) for each in decisions]
    log_decisions(session, Contact.code(), submissions, as_records, now, run_id)
    return contacts


def _gone(session: Session, contact_ids: set[UUID]) -> set[UUID]:
    if not contact_ids:
        return set()
    there = session.exec(select(Contact.id).where(col(Contact.id).in_(contact_ids)))
    return contact_ids - set(there)


def _sources(session: Session, names: Sequence[str]) -> dict[str, WebhookSource]:
    found = session.exec(select(WebhookSource).where(col(WebhookSource.name).in_(names)))
    return {source.name: source for source in found}
