"""Days and times, as they are sent and as they are kept."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from tests.models.columns import DAY_FIRST, PLAIN, kept, refusal

DAYS_BOTH_WAYS = [
    # sent                       month first   day first
    ("2026-04-03", "2026-04-03", "2026-04-03"),
    ("2026/4/3", "2026-04-03", "2026-04-03"),
    ("20260403", "2026-04-03", "2026-04-03"),
    ("03/04/2026", "2026-03-04", "2026-04-03"),
    ("3/4/2026", "2026-03-04", "2026-04-03"),
    ("03-04-2026", "2026-03-04", "2026-04-03"),
    ("03.04.2026", "2026-04-03", "2026-04-03"),  # dots are day-first everywhere
    ("24/11/2026", None, "2026-11-24"),
    ("11/24/2026", "2026-11-24", None),
    ("24 Nov 2026", "2026-11-24", "2026-11-24"),
    ("24 november 2026", "2026-11-24", "2026-11-24"),
    ("24-Nov-2026", "2026-11-24", "2026-11-24"),
    ("Nov 24, 2026", "2026-11-24", "2026-11-24"),
    ("November 24th, 2026", "2026-11-24", "2026-11-24"),
    ("Tuesday, November 24, 2026", "2026-11-24", "2026-11-24"),
    ("29.02.2028", "2028-02-29", "2028-02-29"),
    ("29.02.2026", None, None),
    ("31/31/2026", None, None),
    ("2026-13-01", None, None),
    ("03/04/26", None, None),
    ("3/4.2026", None, None),
    ("24 Smarch 2026", None, None),
    ("tomorrow", None, None),
    ("1611112212000", None, None),
]


@pytest.mark.parametrize(("sent", "month_first", "day_first"), DAYS_BOTH_WAYS)
def test_days_month_first_and_day_first(
    sent: str, month_first: str | None, day_first: str | None
) -> None:
    for notation, day in ((PLAIN, month_first), (DAY_FIRST, day_first)):
        if day is None:
            assert refusal(sent, date, notation) == "Text"
        else:
            assert kept(sent, date, notation) == date.fromisoformat(day)


def test_the_day_of_a_moment_is_its_day_in_utc() -> None:
    assert kept("2026-11-24T00:30:00+01:00", date) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("sent", "kept_as"),
    [
        ("09:05", "09:05"),
        ("9:05", "09:05"),
        ("22:57:01", "22:57:01"),
        ("22:57:01.5", "22:57:01.500000"),
        ("10:57 PM", "22:57"),
        ("10:57pm", "22:57"),
        ("10:57 p.m.", "22:57"),
        ("12:00 AM", "00:00"),
        ("12:00 PM", "12:00"),
        ("25:00", None),
        ("12:60", None),
        ("13:00 PM", None),
        ("0:30 AM", None),
        ("10:57 PM UTC", None),
        ("noon", None),
    ],
)
def test_times(sent: str, kept_as: str | None) -> None:
    if kept_as is None:
        assert refusal(sent, time) == "Text"
    else:
        assert kept(sent, time) == time.fromisoformat(kept_as)


MOMENTS = [
    # sent                                       kept, in UTC
    ("2026-11-24T10:57:00Z", "2026-11-24 10:57"),
    ("2026-11-24T10:57:00.123456789Z", "2026-11-24 10:57:00.123456"),
    ("2026-11-24T10:57:00+02:00", "2026-11-24 08:57"),
    ("2026-11-24 10:57:00 -0530", "2026-11-24 16:27"),
    ("2026-11-24 10:57", "2026-11-24 10:57"),
    ("20261124T105700Z", "2026-11-24 10:57"),
    ("2026-11-24", "2026-11-24 00:00"),
    ("11/24/2026 10:57 PM", "2026-11-24 22:57"),
    ("24.11.2026 22:57", "2026-11-24 22:57"),
    ("24.11.2026, 22:57:01", "2026-11-24 22:57:01"),
    ("November 24, 2026 10:57 pm", "2026-11-24 22:57"),
    ("November 24, 2026 at 10:57 pm", "2026-11-24 22:57"),
    ("2026-11-24 10:57 PM UTC", "2026-11-24 22:57"),
    ("Tue, 24 Nov 2026 10:57:00 GMT", "2026-11-24 10:57"),
    ("Tue, 24 Nov 2026 10:57:00 +0100", "2026-11-24 09:57"),
    ("Tue Nov 24 2026 10:57:00 GMT+0100 (Central European Time)", "2026-11-24 09:57"),
    ("2026-11-24 10:57:00 EST", None),
    ("2026-11-24 25:00", None),
    ("2026-11-31 10:00", None),
    ("2026-11-24T10:00+99:00", None),
    ("0001-01-01T00:00:00+14:00", None),
    ("24/11/2026 10:00", None),
    ("1790000000", None),
    ("1611112212000", None),
    ("yesterday", None),
]


@pytest.mark.parametrize(("sent", "moment"), MOMENTS)
def test_moments(sent: str, moment: str | None) -> None:
    if moment is None:
        assert refusal(sent, datetime) == "Text"
    else:
        assert kept(sent, datetime) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_a_moment_is_read_day_first_where_its_source_writes_so() -> None:
    assert kept("03/04/2026 10:57", datetime, DAY_FIRST) == datetime(2026, 4, 3, 10, 57, tzinfo=UTC)


@pytest.mark.parametrize("python_type", [date, time, datetime])
def test_a_number_is_no_day_and_no_time(python_type: type) -> None:
    assert refusal(1790000000, python_type) == "Integer"
    assert refusal(Decimal("1790000000.5"), python_type) == "Decimal"
