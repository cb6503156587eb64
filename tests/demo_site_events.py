"""The demo's site events: a form of a tracked page, and visits to it from a made-up Matomo."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import func
from sqlmodel import Session, col, select

from flows.serving import prefect_environment, wait_for
from models.database import reading, transaction
from models.entities.form_submit import FormSubmit
from models.lookups import LandingPage
from models.site_events.tables import WebAction, WebSession
from models.site_events.tracking import FormTracking
from tests.matomo import TOKEN, matomo, plausible
from tests.matomo_shapes import PAGE
from tests.payloads import Payload

SITE = 999_999
"""A number that hardly any Matomo has: a real one is not to be asked for the demo's visitors."""

PAGE_ID = uuid5(NAMESPACE_URL, f"hookline:demo/{PAGE}")
MOST_SECONDS = 120

CALL = """
import sys
from uuid import UUID
from flows.populate_site_events import populate_site_events
state = populate_site_events([UUID(sys.argv[1])], return_state=True)
print(state.state_details.flow_run_id, state.message, sep="\\n")
"""


class SiteEventsError(Exception):
    """The visits did not come; the text says why, and what to do."""


@contextmanager
def tracked_page() -> Iterator[None]:
    """Track the demo's landing page for as long as the demo lasts.

    A worker that has no Matomo, or a real one, is not left with visitors that wait for it.
    """
    _track(True)
    try:
        yield
    finally:
        _track(False)


def _track(tracking: bool) -> None:
    with transaction() as session:
        page = session.get(LandingPage, PAGE_ID) or LandingPage(id=PAGE_ID, name="Demo", url=PAGE)
        page.matomo_site_id, page.tracking = SITE, tracking
        session.add(page)


def tracked_form() -> Payload:
    """Make a form that Radia sends from the tracked page, each time with another browser."""
    fields = {
        "EntityName": "FormSubmit",
        "FullName": "Radia+Perlman",
        "Email": "radia%40example.com",
        "PageUrl": f"{PAGE}?utm_source=newsletter",
        "TrackingUserId": secrets.token_hex(8),
    }
    return Payload(
        name="form-tracked",
        shows="A form of a page that Matomo tracks.",
        becomes=("Done", "FormSubmit"),
        path="/webhooks/{key}",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body="&".join(f"{name}={value}" for name, value in fields.items()).encode(),
    )


def contact_of(form_id: UUID) -> UUID | None:
    """Return the contact of a form, once there is one and the worker has noted the form.

    Were it to note the form after the demo, it would find the page no longer tracked.
    """
    noted = select(FormTracking.form_submit_id).where(FormTracking.form_submit_id == form_id)
    with reading() as session:
        return session.exec(
            select(FormSubmit.contact_id).where(col(FormSubmit.id) == form_id, noted.exists())
        ).one_or_none()


def fetched(form_id: UUID, contact_id: UUID) -> Iterator[str]:
    """Fetch what the person did on the site, and tell it in lines: ids, counts and first pages.

    Raises:
        SiteEventsError: the flow did not run, or brought nothing.
    """
    run_id, message = _populate(form_id)
    yield f"What the contact {contact_id} did on the site, by a made-up Matomo:"
    yield from _sessions(form_id)
    yield f"\n{message}."
    with reading() as session:
        mine = select(WebSession.id).where(WebSession.contact_id == contact_id)
        sessions = _count(session, mine)
        actions = _count(
            session, select(WebAction.id).where(col(WebAction.web_session_id).in_(mine))
        )
    yield f"In all, the contact has {sessions} web sessions with {actions} web actions."
    yield f"The flow run: {_prefect_url()}/runs/flow-run/{run_id}"


def _populate(form_id: UUID) -> list[str]:
    """Run populate-site-events with a Matomo of its own; return the run's id and its message.

    In a process of its own: the worker's environment does not name this Matomo, and neither is the
    demo's to be changed. Matomo is told of no leads, since it would be told of other forms' too.
    """
    if not wait_for(f"{_prefect_url()}/api/health", 5):
        raise SiteEventsError(
            f"Prefect's server does not answer at {_prefect_url()}. Is `make run` still going, and "
            "with the same HOOKLINE_PREFECT_PORT?"
        )
    with matomo(invent=plausible) as made_up:
        ours = {
            "HOOKLINE_MATOMO_URL": made_up.url,
            "HOOKLINE_MATOMO_TOKEN": TOKEN,
            "HOOKLINE_MATOMO_TOKEN_BLOCK": "",
            "HOOKLINE_MATOMO_LEAD_CREATED": "off",
        }
        try:
            ran = subprocess.run(
                [sys.executable, "-c", CALL, str(form_id)],
                env=prefect_environment() | ours,
                capture_output=True,
                text=True,
                timeout=MOST_SECONDS,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            said = f"populate-site-events did not run:\n{error.stderr.strip()}"
            raise SiteEventsError(said) from None
        except subprocess.TimeoutExpired:
            said = f"populate-site-events did not end within {MOST_SECONDS} seconds."
            raise SiteEventsError(said) from None
    return ran.stdout.splitlines()[-2:]


def _prefect_url() -> str:
    return prefect_environment()["PREFECT_API_URL"].removesuffix("/api")


def _sessions(form_id: UUID) -> Iterator[str]:
    """List the web sessions of a form's visitor."""
    actions = (
        select(func.count())
        .where(col(WebAction.web_session_id) == col(WebSession.id))
        .scalar_subquery()
    )
    first_page = (
        select(WebAction.page_url)
        .where(WebAction.web_session_id == WebSession.id, WebAction.position == 0)
        .scalar_subquery()
    )
    with reading() as session:
        found = session.exec(
            select(WebSession.id, WebSession.started_at, actions, first_page)
            .join(FormTracking, col(FormTracking.web_visitor_id) == col(WebSession.web_visitor_id))
            .where(FormTracking.form_submit_id == form_id)
            .order_by(col(WebSession.started_at))
        ).all()
    if not found:
        raise SiteEventsError(f"No web session came of the form {form_id}; its flow run says why.")
    yield _row("WEB SESSION", "STARTED, UTC", "ACTIONS", "FIRST PAGE")
    for session_id, started_at, count, page in found:
        yield _row(session_id, f"{started_at:%Y-%m-%d %H:%M}", count, page)


def _row(session: object, started: str, actions: object, page: object) -> str:
    return f"{session!s:36}  {started:16}  {actions!s:>7}  {page}"


def _count(session: Session, rows: Any) -> int:
    return session.exec(select(func.count()).select_from(rows.subquery())).one()
