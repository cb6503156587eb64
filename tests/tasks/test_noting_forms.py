"""Many forms are noted portion by portion, so that who else writes need not wait for all."""

import pytest

from models.site_events.tracking import Tracking
from tasks import site_events
from tests.site_events import a_contact, a_form, a_tracked_page, the_visitor, tracking_of

pytestmark = pytest.mark.usefixtures("database")


def test_forms_beyond_a_portion_are_noted_and_counted_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(site_events, "MOST_FORMS", 2)
    a_tracked_page()
    ada = a_contact()
    tracked = [a_form(contact_id=ada) for _ in range(3)]
    elsewhere = [a_form(page_url="https://other.example") for _ in range(2)]
    noted = site_events.note_form_tracking.fn([*tracked, *elsewhere, tracked[0]])
    assert (noted.forms, noted.by_tracking) == (5, {"Tracked": 3, "Not tracked": 2})
    assert noted.web_visitor_ids == [the_visitor().id]
    assert {tracking_of(form_id) for form_id in elsewhere} == {Tracking.NOT_TRACKED}


def test_no_forms_come_to_nothing() -> None:
    noted = site_events.note_form_tracking.fn([])
    assert (noted.forms, noted.by_tracking, noted.web_visitor_ids) == (0, {}, [])
