"""The demo's site events, against everything running, and against a Prefect server that is away."""

import re
from uuid import UUID

import pytest
from sqlmodel import col, select

from models.database import reading
from models.identity import new_id
from models.lookups import LandingPage
from models.settings import settings
from models.site_events.tracking import FormTracking
from tests import demo
from tests.demo_site_events import PAGE_ID, SiteEventsError, fetched, tracked_page
from tests.processes import free_port
from tests.site_events import sessions
from tests.stack import Stack


@pytest.fixture
def running(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """Have the settings name what runs, as those of a second terminal do."""
    for name in ("HOOKLINE_HOME", "HOOKLINE_PORT", "HOOKLINE_PREFECT_PORT"):
        monkeypatch.setenv(name, stack.environment[name])
    settings.cache_clear()
    return stack


def is_tracked() -> bool:
    with reading() as session:
        return session.get_one(LandingPage, PAGE_ID).tracking


def trackings_of(visitor_ids: set[UUID]) -> set[str]:
    named = col(FormTracking.web_visitor_id).in_(visitor_ids)
    with reading() as session:
        return set(session.exec(select(FormTracking.tracking).where(named)))


def test_each_demo_shows_what_the_person_did_by_a_run_that_prefect_shows(
    running: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        before = {each.id for each in sessions()}
        demo.main()
        printed = capsys.readouterr().out
        fresh = {str(each.id) for each in sessions() if each.id not in before}
        assert set(re.findall(r"^[0-9a-f-]{36}(?=  20)", printed, re.MULTILINE)) == fresh
        assert len(fresh) == 3
        (run_id,) = re.findall(r"runs/flow-run/(\S+)", printed)
        run = running.get(f"flow_runs/{run_id}")
        assert run["name"].startswith("populate-site-events ")
        assert run["state"]["message"] in printed
    assert len({each.contact_id for each in sessions()}) == 1
    assert trackings_of({each.web_visitor_id for each in sessions()}) == {"Tracked"}
    assert not is_tracked()


def test_the_page_is_tracked_no_longer_than_the_demo_lasts(sqlite_database: str) -> None:
    with pytest.raises(KeyboardInterrupt), tracked_page():
        assert is_tracked()
        raise KeyboardInterrupt
    assert not is_tracked()


def test_it_says_that_prefect_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKLINE_PREFECT_PORT", str(free_port()))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    settings.cache_clear()
    with pytest.raises(SiteEventsError, match="Prefect's server does not answer"):
        next(fetched(new_id(), new_id()))
