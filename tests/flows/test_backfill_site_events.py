"""backfill's stage “site events”, with a real Prefect server and Matomo."""

from collections.abc import Iterator
from datetime import timedelta
from time import time
from typing import Any

import pytest

from flows import backfill as backfilling
from flows.backfill import backfill
from models.backfilling.form import Backfill
from models.settings import settings
from tests import matomo as fake
from tests.matomo import FakeMatomo, matomo
from tests.matomo_shapes import page_view, visit
from tests.prefect_server import a_prefect_server
from tests.site_events import (
    ADA,
    BOB,
    a_form,
    a_tracked_page,
    everything,
    note,
    sessions,
    the_visitor,
    time_passes,
    tracking_of,
)

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("site events")]

NOW = int(time())
LONG_AGO = NOW - 300 * fake.DAY


@pytest.fixture(scope="module", autouse=True)
def prefect_server() -> Iterator[None]:
    with a_prefect_server():
        yield


@pytest.fixture
def server(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMatomo]:
    """Run a Matomo that the settings name, with a tracked page and a visit to it."""
    with matomo() as made:
        monkeypatch.setenv("HOOKLINE_MATOMO_URL", made.url)
        monkeypatch.setenv("HOOKLINE_MATOMO_TOKEN", fake.TOKEN)
        settings.cache_clear()
        a_tracked_page()
        made.add(ADA, visit(2, ADA, NOW - 600, [page_view(20, NOW - 600)]))
        yield made


def again(**what: Any) -> str:
    form = Backfill.model_validate({"stage": "site events", "dry_run": False, **what})
    state = backfill(form, return_state=True)
    assert state.is_completed(), state
    return state.message or ""


def test_a_dry_run_counts_and_asks_nobody(server: FakeMatomo) -> None:
    a_form()
    assert again(dry_run=True) == "1 record would run again. Dry run: nothing was changed"
    assert (server.asked, sessions()) == ([], [])


def test_a_visitor_fetched_before_is_fetched_again_completely(server: FakeMatomo) -> None:
    a_form()
    assert again() == "1 form: 1 tracked; 1 visitor fetched: 1 session written"
    assert the_visitor().seen_until
    time_passes(timedelta(days=1))
    server.add(ADA, visit(1, ADA, LONG_AGO, [page_view(10, LONG_AGO)]))
    assert again() == "1 form: 1 tracked; 1 visitor fetched: 1 session written"
    assert [each.visit_id for each in sessions()] == [1, 2]
    assert "minTimestamp" not in server.asked[-1]


def test_what_is_unchanged_is_not_written(server: FakeMatomo) -> None:
    a_form()
    again()
    before = everything()
    assert again() == "1 form: 1 tracked; 1 visitor fetched: 0 sessions written"
    assert everything() == before


def test_only_the_forms_that_are_chosen_are_looked_at(server: FakeMatomo) -> None:
    chosen, other = a_form(), a_form(BOB)
    note(other)
    again(records={"ids": [str(chosen)]})
    assert {asked["segment"] for asked in server.asked} == {f"visitorId=={ADA}"}


def test_forms_go_in_batches_and_are_counted_together(
    server: FakeMatomo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfilling, "BATCH", 2)
    ids = [a_form(), a_form(), a_form(BOB)]
    assert again(limit=3) == (
        "3 forms: 2 tracked, 1 another contact came first; 2 visitors fetched: 1 session written"
    )
    assert [tracking_of(each) for each in ids[::2]] == ["Tracked", "Tracked"]


def test_where_matomo_is_away_they_wait_and_are_not_cut(server: FakeMatomo) -> None:
    a_form()
    again()
    server.always = fake.too_many
    assert again().endswith("0 sessions written; 1 not fetched yet (1 too-many-requests)")
    assert the_visitor().seen_until is None
