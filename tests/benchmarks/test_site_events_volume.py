"""A thousand visitors with five visits of twenty actions each: what it costs, first and again."""

import resource
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic, process_time, time

import pytest
from sqlalchemy import func
from sqlmodel import select

from flows.populate_site_events import populate_site_events
from flows.synchronize_site_events import synchronize_site_events
from models.database import reading, transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.identity import new_id
from models.settings import settings
from models.site_events.tables import WebAction, WebSession
from tests import matomo as fake
from tests.matomo import matomo
from tests.matomo_shapes import PAGE, Row, page_view, visit
from tests.prefect_server import a_prefect_server
from tests.site_events import a_tracked_page, time_passes

pytestmark = [pytest.mark.prove, pytest.mark.prefect]

VISITORS, VISITS, ACTIONS = 1000, 5, 20
DAY = 24 * 60 * 60
NOW = int(time()) - 3600


@pytest.fixture(scope="module", autouse=True)
def prefect_server() -> Iterator[None]:
    with a_prefect_server():
        yield


def many_visits(visitor_id: str, site_id: int) -> list[Row]:
    """Make the visits of one visitor, a day apart."""
    first = int(visitor_id, 16) * VISITS
    made = []
    for number in range(first, first + VISITS):
        at = NOW - (number - first) * DAY
        urls = [f"{PAGE}/{page}" for page in range(ACTIONS)]
        actions = [
            page_view(number * ACTIONS + place, at + place * 10, url)
            for place, url in enumerate(urls)
        ]
        made.append(visit(number + 1, visitor_id, at, actions, site_id))
    return made


def many_forms() -> None:
    contacts = [Contact(id=new_id()) for _ in range(VISITORS)]
    with transaction() as session:
        session.add_all(contacts)
        session.flush()
        session.add_all(
            FormSubmit(contact_id=each.id, tracking_user_id=f"{number:016x}", page_url=PAGE)
            for number, each in enumerate(contacts)
        )


def test_a_thousand_visitors(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    a_tracked_page()
    many_forms()
    with matomo(invent=many_visits) as server:
        monkeypatch.setenv("HOOKLINE_MATOMO_URL", server.url)
        monkeypatch.setenv("HOOKLINE_MATOMO_TOKEN", fake.TOKEN)
        monkeypatch.setenv("HOOKLINE_MATOMO_REQUESTS_PER_SECOND", "1000")
        settings.cache_clear()
        first = run("first", populate_site_events)
        before = written()
        time_passes(timedelta(hours=24))
        again = run("again", populate_site_events)
        time_passes(timedelta(hours=24))
        daily = run("daily", synchronize_site_events)
    assert before[:2] == (VISITORS * VISITS, VISITORS * VISITS * ACTIONS)
    assert written() == before
    assert max(again, daily) < first / 2


def run(name: str, flow: object) -> float:
    began, worked = monotonic(), process_time()
    state = flow(return_state=True)  # type: ignore[operator]
    took, worked = monotonic() - began, process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\n{name}: {took:.1f} s, of it {worked:.1f} s of CPU; up to {memory} MB")
    print(f"  {state.message}")
    assert state.is_completed()
    return took


def written() -> tuple[int, int, datetime | None]:
    """Return how many sessions and actions there are, and when one was written last."""
    with reading() as session:
        return (
            session.exec(select(func.count()).select_from(WebSession)).one(),
            session.exec(select(func.count()).select_from(WebAction)).one(),
            session.exec(select(func.max(WebSession.fetched_at))).one(),
        )
