"""From forms to visitors, on both databases: who is tracked, whose the visits are, who said no."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.database import transaction
from models.identity import first_id_of, new_id, utc_now
from models.site_events.claiming import claim_due
from models.site_events.consent import refusing
from models.site_events.noting import SETTLES_AFTER
from models.site_events.saving import save_visits
from models.site_events.tracking import Tracking, visitor_row_id
from models.site_events.visits import read_page
from tests.matomo_shapes import page_view, visit
from tests.site_events import (
    ADA,
    BOB,
    a_contact,
    a_form,
    a_tracked_page,
    contact_of,
    give_contact_to,
    note,
    sessions,
    take_contact_from,
    the_visitor,
    tracking_of,
)

pytestmark = pytest.mark.usefixtures("database")

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def claim(now: datetime | None = None) -> int:
    with transaction() as session:
        return len(claim_due(session, 100, now or utc_now()))


def test_a_form_of_a_tracked_page_is_tracked_and_its_visitor_due() -> None:
    a_tracked_page()
    form_id = a_form()
    assert note(form_id).by_tracking == {"Tracked": 1}
    assert tracking_of(form_id) == Tracking.TRACKED
    assert the_visitor().contact_id == contact_of(form_id)
    assert claim() == 1


@pytest.mark.parametrize(
    "page",
    [{"tracking": False}, {"matomo_site_id": None}, {"url": "https://other.example"}],
)
def test_a_form_of_a_page_that_is_not_configured_is_not_tracked(page: dict[str, object]) -> None:
    a_tracked_page(**page)
    form_id = a_form()
    note(form_id)
    assert tracking_of(form_id) == Tracking.NOT_TRACKED
    assert claim() == 0


@pytest.mark.parametrize(
    "visitor_id",
    ["0123456789abcdeg", "123", ADA * 2, f"{ADA};visitorId!=0", "００００００００００００００ab"],  # noqa: RUF001
)
def test_what_is_no_visitor_id_is_refused(visitor_id: str) -> None:
    a_tracked_page()
    form_id = a_form(visitor_id)
    note(form_id)
    assert tracking_of(form_id) == Tracking.VISITOR_ID_REFUSED
    assert claim() == 0


@pytest.mark.parametrize("visitor_id", [None, "", "  "])
def test_a_form_without_visitor_id_says_so(visitor_id: str | None) -> None:
    a_tracked_page()
    form_id = a_form(visitor_id)
    note(form_id)
    assert tracking_of(form_id) == Tracking.NO_VISITOR_ID


def test_a_form_without_contact_waits_for_one() -> None:
    a_tracked_page()
    form_id = a_form()
    take_contact_from(form_id)
    assert note().forms == 0
    give_contact_to(form_id)
    assert note().forms == 1
    assert note().forms == 0


def test_forms_of_long_ago_are_noted_by_their_ids_alone() -> None:
    form_id = a_form()
    assert note(now=utc_now() + timedelta(days=8)).forms == 0
    assert note(form_id, now=utc_now() + timedelta(days=8)).forms == 1


def test_ids_are_found_by_the_moment_they_were_made_at() -> None:
    before, made, after = utc_now(), new_id(), utc_now() + timedelta(milliseconds=2)
    assert first_id_of(before) < made < first_id_of(after)


def test_visits_belong_to_the_contact_whose_form_came_first() -> None:
    a_tracked_page()
    first, second = a_form(), a_form()
    note(first)
    note(second)
    assert the_visitor().contact_id == contact_of(first)
    assert tracking_of(second) == Tracking.ANOTHER_CAME_FIRST


def test_both_in_one_batch_are_told_apart_the_same() -> None:
    a_tracked_page()
    later = a_form(submitted_at=MONDAY + timedelta(hours=1))
    earlier = a_form(submitted_at=MONDAY)
    assert note().by_tracking == {"Tracked": 1, "Another contact came first": 1}
    assert the_visitor().contact_id == contact_of(earlier)
    assert tracking_of(later) == Tracking.ANOTHER_CAME_FIRST


def test_a_form_that_arrives_late_but_was_sent_first_takes_the_visits_over() -> None:
    a_tracked_page()
    note(second := a_form(submitted_at=MONDAY + timedelta(hours=1)))
    save_a_visit()
    note(first := a_form(submitted_at=MONDAY))
    assert [each.contact_id for each in sessions()] == [contact_of(first)]
    assert tracking_of(first) == Tracking.TRACKED
    assert tracking_of(second) == Tracking.ANOTHER_CAME_FIRST


def test_a_form_that_claims_to_come_from_the_future_gains_nothing() -> None:
    a_tracked_page()
    note(a_form(submitted_at=utc_now() + timedelta(days=9)))
    assert the_visitor().claimed_at <= utc_now()


def test_two_forms_of_one_contact_are_both_tracked() -> None:
    a_tracked_page()
    contact_id = a_contact()
    forms = [a_form(contact_id=contact_id) for _ in range(2)]
    note(*forms)
    assert {tracking_of(form_id) for form_id in forms} == {Tracking.TRACKED}


def test_one_visitor_id_at_two_sites_is_two_visitors() -> None:
    a_tracked_page()
    a_tracked_page(name="Other", url="https://other.example", matomo_site_id=2)
    note(a_form(), a_form(page_url="https://other.example/x"))
    assert claim() == 2


def test_who_said_no_is_not_fetched_nor_is_their_visitor_for_another_contact() -> None:
    a_tracked_page()
    refused = a_form(consent=False)
    note(refused, a_form(consent=True))
    assert tracking_of(refused) == Tracking.NO_CONSENT
    assert claim() == 0
    assert the_visitor().error_kind == "no-consent"


def test_a_no_on_any_form_stops_all_visitors_of_that_contact() -> None:
    a_tracked_page()
    contact_id = a_contact()
    note(a_form(ADA, contact_id=contact_id))
    a_form(BOB, contact_id=contact_id, consent=False, page_url="https://not.tracked.example")
    assert claim() == 0


def test_a_later_yes_counts() -> None:
    a_tracked_page()
    contact_id = a_contact()
    note(a_form(contact_id=contact_id, consent=False))
    assert claim() == 0
    note(a_form(contact_id=contact_id, consent=True))
    assert claim() == 1


def test_the_newest_word_on_consent_counts_and_no_where_two_came_at_once() -> None:
    one, other = a_contact(), a_contact()
    later = MONDAY + SETTLES_AFTER
    of_one = [(one, True, MONDAY), (one, False, MONDAY)]
    words = [*of_one, (other, False, MONDAY), (other, True, later)]
    assert refusing(words) == {one}


def test_the_id_of_a_visitor_is_the_same_whoever_makes_it() -> None:
    assert visitor_row_id(1, ADA) == UUID("82cd3711-a9af-508c-bb34-809691f252ee")


def save_a_visit() -> None:
    page = read_page([visit(1, ADA, 1_790_000_000, [page_view(1, 1_790_000_000)])], ADA)
    with transaction() as session:
        save_visits(session, the_visitor().id, page.visits, utc_now())
