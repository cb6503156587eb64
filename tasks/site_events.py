"""Tasks on site events: note forms, fetch visitors, tell Matomo of leads."""

from collections.abc import Collection
from uuid import UUID

from prefect import get_run_logger, task

from models.database import reading, transaction
from models.identity import utc_now
from models.settings import settings
from models.site_events.claiming import claim_due, claim_to_synchronize, count_waiting, settle
from models.site_events.errors import MatomoAwayError, MatomoRefusedError
from models.site_events.giving_back import Lead, claim_leads, let_go
from models.site_events.noting import (
    MOST_FORMS,
    Noted,
    forms_waiting,
    note_forms,
    together,
)
from models.site_events.outcome import Fetch
from models.site_events.saving import save_visits
from models.site_events.tracking import WebVisitor
from tasks.asking import may_be
from tasks.matomo import tell_of_lead, visits_of
from tasks.retries import DATABASE_TASK, MATOMO_TASK

WAVE = 25
"""Visitors that are claimed at a time: few, so that little is held where Matomo turns out away."""

MOST_LEADS = 100


@task(**DATABASE_TASK)
def note_form_tracking(form_ids: list[UUID] | None) -> Noted:
    """Note what becomes of forms' tracking, those that wait where none is named."""
    if form_ids is None:
        with reading() as session:  # a look at many forms holds up no writer
            form_ids = forms_waiting(session, utc_now())
    ids = list(dict.fromkeys(form_ids))
    starts = range(0, len(ids), MOST_FORMS)
    return together(_note(ids[start : start + MOST_FORMS]) for start in starts)


def _note(form_ids: list[UUID]) -> Noted:
    with transaction() as session:
        return note_forms(session, form_ids, utc_now())


@task(**DATABASE_TASK)
def claim_visitors(among: Collection[UUID] | None, synchronize: bool = False) -> list[UUID]:
    """Take visitors that are due, or for the daily run those that nothing is due for."""
    with transaction() as session:
        if synchronize:
            return claim_to_synchronize(session, WAVE, utc_now())
        return claim_due(session, WAVE, utc_now(), among)


@task(**MATOMO_TASK)
def fetch_visitor(web_visitor_id: UUID) -> Fetch:
    """Fetch a visitor's visits from Matomo, and save what is new of them, page by page."""
    began_at = utc_now()
    with reading() as session:
        visitor = session.get_one(WebVisitor, web_visitor_id)
    made = Fetch(web_visitor_id, visitor.contact_id, began_at=began_at)
    for page in visits_of(
        settings(), visitor.matomo_site_id, visitor.visitor_id, visitor.seen_until, began_at
    ):
        with transaction() as session:
            sessions, actions = save_visits(session, web_visitor_id, page.visits, began_at)
        made = made.with_page(page, sessions, actions)
    if made.unreadable or made.strangers:
        get_run_logger().warning(
            "visitor %s: %s visits or actions could not be read, %s were another visitor's",
            web_visitor_id,
            made.unreadable,
            made.strangers,
        )
    return made


@task(**DATABASE_TASK)
def settle_visitors(fetches: list[Fetch]) -> None:
    """Set when visitors that were fetched are due again, and what went wrong with the others."""
    with transaction() as session:
        settle(session, fetches, utc_now())


def visitors_wait() -> bool:
    """Say whether any visitor waits to be fetched; no task run."""
    return may_be(lambda session: count_waiting(session, utc_now()) > 0)


@task(**DATABASE_TASK)
def count_waiting_visitors() -> int:
    """Count the visitors that wait to be fetched."""
    with reading() as session:
        return count_waiting(session, utc_now())


@task(**DATABASE_TASK)
def give_back_leads() -> int:
    """Tell Matomo of leads that it was not told of, and count those that it took.

    A lead is marked before Matomo is told, so that a crash in between tells it nothing rather than
    twice. Where Matomo surely did not take it, the mark is taken back.
    """
    with transaction() as session:
        leads = claim_leads(session, MOST_LEADS, utc_now())
    untold = _tell(leads)
    with transaction() as session:
        let_go(session, untold)
    return len(leads) - len(untold)


def _tell(leads: list[Lead]) -> list[Lead]:
    """Tell Matomo of leads, and return those that it surely did not hear of."""
    untold = []
    for position, lead in enumerate(leads):
        try:
            tell_of_lead(settings(), lead.matomo_site_id, lead.visitor_id, lead.page_url, lead.at)
        except MatomoRefusedError as error:
            get_run_logger().warning("Matomo was not told of form %s: %s", lead.form_id, error.kind)
            untold.append(lead)
        except MatomoAwayError as error:
            get_run_logger().warning("Matomo was not told of form %s: %s", lead.form_id, error.kind)
            # Where the time was over it may have heard, and only the answer was lost.
            return untold + leads[position + (error.kind == "timeout") :]
    return untold
