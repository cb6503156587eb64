"""What the overview counts, on both databases."""

from collections import Counter
from datetime import timedelta

import pytest

from models.database import reading
from models.looking.counts import Period, received, waiting
from models.looking.troubles import last_troubles
from tests.receiver.console.made import arrive, run
from tests.stored import NOW, store

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)


def test_a_day_is_counted_by_hour_and_source() -> None:
    store("Done", ages=[timedelta(0), timedelta(minutes=59), 3 * HOUR], source="forms")
    store("Failed", ages=[3 * HOUR, 30 * HOUR], source="shop")
    with reading() as session:
        found = received(session, Period.DAY, NOW + timedelta(minutes=30))
    assert found.by_source["forms"][-4:] == [1, 0, 1, 1]
    assert found.by_source["shop"][-4:] == [1, 0, 0, 0]
    assert found.outcomes == Counter({"Done": 3, "Failed": 1})


def test_a_month_is_counted_by_day() -> None:
    store("Done", ages=[timedelta(0), timedelta(days=1), timedelta(days=29)], errors=1)
    store("Done", ages=[timedelta(days=40)])
    with reading() as session:
        found = received(session, Period.MONTH, NOW)
    assert [place for place, count in enumerate(found.by_source["test"]) if count] == [0, 28, 29]
    assert found.outcomes == Counter({"Done with warnings": 3})


def test_what_waits_is_counted_and_its_oldest_named() -> None:
    store("New", ages=[HOUR, 2 * HOUR])
    store("Processing", ages=[HOUR])
    with reading() as session:
        found = waiting(session)
    assert (found.new, found.processing, found.oldest_new) == (2, 1, NOW - 2 * HOUR)


def test_errors_are_grouped_by_text_or_by_kind_alone() -> None:
    for name in ("Invoice", "Invoice", "Receipt"):
        arrive(EntityName=name)
    run()
    with reading() as session:
        by_text = last_troubles(session, with_text=True)
        by_kind = last_troubles(session, with_text=False)
    assert sorted(each.times for each in by_text) == [1, 2]
    assert [(each.times, each.message) for each in by_kind] == [(3, None)]
