"""When visitors are fetched and Matomo is told, on both databases: leases and waits."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from models.database import reading, transaction
from models.identity import utc_now
from models.lookups import LandingPage
from models.site_events.claiming import claim_due, claim_to_synchronize, settle, wait_after
from models.site_events.giving_back import claim_leads, let_go
from models.site_events.outcome import Fetch
from models.site_events.tracking import WebVisitor
from tests.site_events import ADA, BOB, a_form, a_tracked_page, note, the_visitor

pytestmark = pytest.mark.usefixtures("database")


def claim(now: datetime | None = None) -> int:
    with transaction() as session:
        return len(claim_due(session, 100, now or utc_now()))


def test_a_visitor_is_due_at_once_and_again_when_the_visit_has_ended() -> None:
    a_tracked_page()
    note(a_form())
    now = utc_now()
    assert claim(now) == 1
    settle_well(now)
    assert claim(now + timedelta(minutes=39)) == 0
    assert claim(now + timedelta(minutes=41)) == 1
    settle_well(now + timedelta(minutes=41))
    assert the_visitor().due_at is None


def test_a_visitor_whose_run_was_killed_is_due_again_after_the_lease() -> None:
    a_tracked_page()
    note(a_form())
    now = utc_now()
    assert claim(now) == 1
    assert claim(now + timedelta(minutes=14)) == 0
    assert claim(now + timedelta(minutes=16)) == 1


def test_what_failed_waits_longer_each_time_and_as_long_as_matomo_asks() -> None:
    a_tracked_page()
    note(a_form())
    now = utc_now()
    visitor = settle_badly(now)
    assert (visitor.due_at, visitor.failures) == (now + timedelta(minutes=5), 1)
    assert settle_badly(now).due_at == now + timedelta(minutes=10)
    assert settle_badly(now, retry_after=3600).due_at == now + timedelta(hours=1)
    assert wait_after(1000) == timedelta(hours=6)


def test_the_daily_run_takes_whom_nothing_is_due_for() -> None:
    a_tracked_page()
    note(a_form())
    now = utc_now() + timedelta(hours=1)
    settle_well(now)
    assert synchronize(now + timedelta(hours=1)) == 0
    assert synchronize(now + timedelta(hours=21)) == 1
    assert synchronize(now + timedelta(hours=21)) == 0


def test_the_daily_run_leaves_visitors_whose_cookie_has_ended() -> None:
    a_tracked_page()
    note(a_form())
    settle_well(utc_now() + timedelta(hours=1))
    assert synchronize(utc_now() + timedelta(days=500)) == 0


def test_a_page_that_is_no_longer_tracked_ends_the_fetching() -> None:
    page_id = a_tracked_page()
    note(a_form())
    with transaction() as session:
        session.get_one(LandingPage, page_id).tracking = False
    assert claim() == 0


def test_a_lead_is_given_back_once() -> None:
    a_tracked_page()
    note(a_form(), a_form(BOB, consent=False), a_form("x"))
    with transaction() as session:
        (lead,) = claim_leads(session, 100, utc_now())
    assert lead.visitor_id == ADA
    with transaction() as session:
        assert claim_leads(session, 100, utc_now()) == []
        let_go(session, [lead])
        assert claim_leads(session, 100, utc_now()) == [lead]


def test_a_lead_of_more_than_a_day_ago_is_not_given_back() -> None:
    a_tracked_page()
    note(a_form(created_at=utc_now() - timedelta(days=2)))
    with transaction() as session:
        assert claim_leads(session, 100, utc_now()) == []


def synchronize(now: datetime) -> int:
    with transaction() as session:
        return len(claim_to_synchronize(session, 100, now))


def settle_well(now: datetime) -> None:
    with transaction() as session:
        settle(session, [Fetch(the_visitor().id, began_at=now)], now)


def settle_badly(now: datetime, retry_after: float | None = None) -> WebVisitor:
    with transaction() as session:
        settle(session, [Fetch(the_visitor().id, error="timeout", retry_after=retry_after)], now)
    with reading() as session:
        return session.exec(select(WebVisitor)).one()
