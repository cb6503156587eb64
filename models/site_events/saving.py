"""From visits to rows: a page of visits saved set-based, in the caller's transaction.

A visit that says what it said before is not written, nor are its actions. One that grew is
brought up to date. The number of statements does not depend on how many there are.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlmodel import Session, col, select

from models.entity import Lookup
from models.identity import new_id
from models.lookups import Channel, Country, LeadSource
from models.setwise.writing import insert_missing, upsert
from models.site_events.tables import (
    ActionType,
    ReferrerType,
    WebAction,
    WebPage,
    WebSession,
)
from models.site_events.tracking import WebVisitor
from models.site_events.visits import Action, Visit


def save_visits(
    session: Session, web_visitor_id: UUID, visits: Sequence[Visit], now: datetime
) -> tuple[int, int]:
    """Save the visits of a visitor with their actions; count the sessions and actions written."""
    # Held until the end, so that the visits cannot change hands in between.
    visitor = session.get_one(WebVisitor, web_visitor_id, with_for_update=True)
    changed = _changed(session, visitor, visits)
    if not changed:
        return 0, 0
    rows = _session_rows(session, visitor, changed, now)
    upsert(session, WebSession, rows, keep=("contact_id", "web_visitor_id"))
    actions = [
        (session_id_of(visitor.matomo_site_id, visit), each)
        for visit in changed
        for each in visit.actions
    ]
    _save_actions(session, actions)
    return len(changed), len(actions)


def session_id_of(matomo_site_id: int, visit: Visit) -> UUID:
    """Return the id of a visit's session, which is the same whenever it is fetched."""
    return uuid5(NAMESPACE_URL, f"hookline:visit/{matomo_site_id}/{visit.visit_id}")


def _changed(session: Session, visitor: WebVisitor, visits: Sequence[Visit]) -> list[Visit]:
    """Return the visits that are new or have grown; of one that came twice, the later."""
    latest = {session_id_of(visitor.matomo_site_id, visit): visit for visit in visits}
    known = session.exec(
        select(WebSession.id, WebSession.fingerprint).where(col(WebSession.id).in_(latest))
    )
    prints = {row_id: fingerprint for row_id, fingerprint in known}
    return [
        latest[row_id]
        for row_id in sorted(latest)
        if prints.get(row_id) != latest[row_id].fingerprint
    ]


def _session_rows(
    session: Session, visitor: WebVisitor, visits: Sequence[Visit], now: datetime
) -> list[dict[str, Any]]:
    countries = _ids(session, Country, Country.alpha_2, {visit.country_code for visit in visits})
    channels = _ids(session, Channel, Channel.name, {visit.channel for visit in visits})
    sources = _source_ids(session)
    referrers = _seen(session, ReferrerType, {visit.referrer_type for visit in visits})
    return [
        {
            "id": session_id_of(visitor.matomo_site_id, visit),
            "contact_id": visitor.contact_id,
            "web_visitor_id": visitor.id,
            "matomo_site_id": visitor.matomo_site_id,
            "visit_id": visit.visit_id,
            "country_id": countries.get(visit.country_code),
            "channel_id": channels.get(visit.channel),
            "source_id": sources.get((visit.source or "").casefold()),
            "referrer_type_id": referrers.get(visit.referrer_type),
            "fingerprint": visit.fingerprint,
            "fetched_at": now,
            **visit.columns,
        }
        for visit in visits
    ]


def _save_actions(session: Session, actions: Sequence[tuple[UUID, Action]]) -> None:
    types = _seen(session, ActionType, {action.type for _, action in actions})
    pages = {row["id"]: row for _, action in actions if (row := page_row(action))}
    insert_missing(session, WebPage, [pages[row_id] for row_id in sorted(pages)])
    upsert(
        session,
        WebAction,
        [
            {
                "id": uuid5(session_id, action.key),
                "web_session_id": session_id,
                "action_key": action.key,
                "action_type_id": types[action.type],
                "web_page_id": page["id"] if (page := page_row(action)) else None,
                **action.columns,
            }
            for session_id, action in actions
        ],
    )


def page_row(action: Action) -> dict[str, Any] | None:
    """Return the row of the page that an action was on, None where it names none.

    The query is left out: campaign marks would make a page of each visit.
    """
    if not (url := action.columns["page_url"]):
        return None
    try:
        url = urlsplit(url)._replace(query="", fragment="").geturl()
    except ValueError:
        return None
    name = action.columns["title"]
    return {"id": uuid5(NAMESPACE_URL, f"{url}\n{name or ''}"), "name": name, "url": url}


def _ids(
    session: Session, lookup: type[Lookup], column: Any, values: Iterable[str | None]
) -> dict[str | None, UUID]:
    found = session.exec(
        select(column, lookup.id).where(column.in_([value for value in values if value]))
    )
    return {value: row_id for value, row_id in found}


def _source_ids(session: Session) -> dict[str, UUID]:
    """Return the sources by their names, whatever the case in which a campaign writes them."""
    found = session.exec(select(LeadSource.name, LeadSource.id))
    return {name.casefold(): row_id for name, row_id in found}


def _seen(
    session: Session, lookup: type[Lookup], names: Iterable[str | None]
) -> dict[str | None, UUID]:
    """Return the ids of a lookup's rows by name; what is seen for the first time is made."""
    wanted = sorted({name for name in names if name})
    known = _ids(session, lookup, lookup.name, wanted)
    missing = [name for name in wanted if name not in known]
    if not missing:
        return known
    insert_missing(session, lookup, [{"id": new_id(), "name": name} for name in missing])
    return _ids(session, lookup, lookup.name, wanted)
