"""Periods: what the lookup may say."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from models.database import reading, transaction
from models.processing.periods import LONGEST, PeriodError, latest_arrival, period, periods
from models.webhook import WebhookStatus


@pytest.mark.parametrize("seconds", [0, -1, -86_400])
def test_a_period_that_is_none_is_refused_with_the_name_of_its_status(seconds: int) -> None:
    with pytest.raises(PeriodError, match=f"period of Done .* is {seconds} seconds"):
        period("Done", seconds)


@pytest.mark.parametrize("seconds", [10**10, 2**63 - 1])
def test_a_period_longer_than_a_clock_can_show_never_ends(seconds: int) -> None:
    assert latest_arrival(datetime(2026, 1, 1, tzinfo=UTC), period("New", seconds)).year < 1930
    assert period("New", seconds) == LONGEST


@pytest.mark.usefixtures("database")
def test_the_lookup_begins_with_the_periods_of_the_description() -> None:
    with reading() as session:
        assert periods(session) == {
            "New": timedelta(days=90),
            "Processing": timedelta(hours=1),
            "Done": timedelta(days=30),
            "Failed": timedelta(days=90),
            "Quarantined": timedelta(days=90),
        }


@pytest.mark.usefixtures("database")
def test_a_period_that_a_user_changes_is_in_force_at_once() -> None:
    with transaction() as session:
        done = session.exec(select(WebhookStatus).where(WebhookStatus.name == "Done")).one()
        done.period_seconds = 60
    with reading() as session:
        assert periods(session)["Done"] == timedelta(minutes=1)
