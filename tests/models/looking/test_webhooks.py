"""The list of webhooks: what each filter finds, and pages that neither skip nor repeat."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from models.database import reading, transaction
from models.identity import utc_now
from models.looking import webhooks
from models.looking.choosing import Filter
from models.looking.cursor import Cursor
from models.looking.webhooks import all_pages, page
from models.processing.claiming import claim
from tests import stored
from tests.receiver.console.made import arrive, arrive_raw, run

pytestmark = pytest.mark.usefixtures("database")

FORM = {"EntityName": "FormSubmit"}


@pytest.fixture
def named() -> dict[UUID, str]:
    """Have webhooks arrive that differ in all that a filter can tell, and name them."""
    ada = {"Email": "Ada@Example.com", "MobilePhone": "+1 617 555 0123"}
    done = {
        arrive(**FORM, FullName="Ada Lovelace", **ada): "form",
        arrive(**FORM, Email="b@example.com", BirthDate="soon", Notes="Zürich"): "warned",
        arrive(EntityName="Lead", LeadName="Ten", source="shop"): "lead",
        arrive(EntityName="Invoice", source="shop"): "failed",
        arrive_raw(b"EntityName=Order&Notes=Gr%C3%BC%C3%9Fe+aus", FORMS): "order",
    }
    run()
    processing = {arrive(**FORM, Notes="in hand"): "processing"}
    with transaction() as session:
        claim(session, 10, utc_now())
    return {**done, **processing, arrive(**FORM, Notes="a\x00b"): "new"}


FORMS = "application/x-www-form-urlencoded"
HOUR = timedelta(hours=1)


FINDS: list[tuple[dict[str, Any], str]] = [
    ({}, "new processing order failed lead warned form"),
    ({"status": "New"}, "new"),
    ({"status": "Processing"}, "processing"),
    ({"status": "Done"}, "order lead form"),
    ({"status": "Done with warnings"}, "warned"),
    ({"status": "Failed"}, "failed"),
    ({"source": "shop"}, "failed lead"),
    ({"source": "shop", "status": "Failed"}, "failed"),
    ({"source": "forms", "status": "Failed"}, ""),
    ({"source": "shop", "status": "New"}, ""),
    ({"entity": "Lead"}, "lead"),
    ({"entity": "Lead", "source": "shop", "status": "Done"}, "lead"),
    ({"kind": "value-not-cast"}, "warned"),
    ({"kind": "entity-not-found", "status": "Failed"}, "failed"),
    ({"kind": "entity-not-found", "status": "Done"}, ""),
    ({"person": "ada@example.com"}, "form"),
    ({"person": " ADA@EXAMPLE.COM "}, "form"),
    ({"person": "+16175550123"}, "form"),
    ({"person": "+1 (617) 555-0123"}, "form"),
    ({"person": "+1.617.555.0123"}, "form"),
    ({"person": "nobody@example.com"}, ""),
    ({"person": "%"}, ""),
    ({"text": "LOVELACE"}, "form"),
    ({"text": "Zürich"}, "warned"),
    ({"text": "Grüße aus"}, "order"),
    ({"text": "%"}, "order"),
    ({"text": "Ten", "source": "forms"}, ""),
    ({"text": "Ten", "source": "shop", "entity": "Lead"}, "lead"),
    ({"text": "'; DROP TABLE webhook; --"}, ""),
]


def test_a_filter_finds_what_it_says(named: dict[UUID, str]) -> None:
    """All of them in one test, since making the webhooks takes longer than finding them."""
    with reading() as session:
        wrong = [
            (chosen, found, expected)
            for chosen, expected in FINDS
            for rows in [page(session, Filter(**chosen)).rows]
            if (found := " ".join(named[row.id] for row in rows)) != expected
        ]
    assert wrong == []


def test_a_time_includes_its_beginning_and_not_its_end() -> None:
    ids = stored.store(ages=[3 * HOUR, 2 * HOUR, HOUR])
    chosen = Filter(since=stored.NOW - 2 * HOUR, until=stored.NOW - HOUR)
    with reading() as session:
        assert [row.id for row in page(session, chosen).rows] == [ids[1]]


@pytest.mark.parametrize("chosen", [Filter(), Filter(source="test"), Filter(status="Failed")])
def test_pages_neither_skip_nor_repeat_where_moments_are_the_same(chosen: Filter) -> None:
    ids = stored.store("Failed", ages=[HOUR, HOUR, HOUR, 2 * HOUR, 2 * HOUR, 3 * HOUR, HOUR])
    seen = [row.id for found in all_pages(reading, chosen, 10, size=2) for row in found.rows]
    assert len(seen) == 7
    assert set(seen) == set(ids)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a page look at few rows, as it does among millions."""
    monkeypatch.setattr(webhooks, "MOST_READ", 3)
    monkeypatch.setattr(webhooks, "MOST_SCATTERED", 1)
    monkeypatch.setattr(webhooks, "MOST_SEARCHED", 2)
    yield


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("chosen", "bound"),
    [
        (Filter(entity="Lead"), 3),
        (Filter(entity="Lead", source="forms"), 1),
        (Filter(text="Ten"), 2),
    ],
)
def test_a_page_that_looks_at_a_bounded_number_says_so_and_goes_on(
    chosen: Filter, bound: int
) -> None:
    lead = arrive(EntityName="Lead", LeadName="Ten")
    for _ in range(4):
        arrive(**FORM)
    run()
    with reading() as session:
        first = page(session, chosen)
    assert (first.rows, first.looked_at) == ([], bound)
    found = [row.id for each in all_pages(reading, chosen, 10) for row in each.rows]
    assert found == [lead]


def test_a_row_brings_its_records_and_errors() -> None:
    arrive(**FORM, BirthDate="soon")
    run()
    with reading() as session:
        (row,) = page(session, Filter()).rows
    assert [record.entity for record in row.records] == ["FormSubmit"]
    assert [error.column for error in row.errors] == ["BirthDate"]
    assert row.outcome == "Done with warnings"


@pytest.mark.parametrize("spoilt", ["", "x", "2026-01-01T00:00:00~", "~", "2026-01-01~1"])
def test_a_link_that_was_spoilt_on_the_way_begins_at_the_newest(spoilt: str) -> None:
    assert Cursor.read(spoilt) is None


def test_a_place_survives_its_way_through_a_link() -> None:
    place = Cursor(stored.NOW, UUID(int=7))
    assert Cursor.read(str(place)) == place
    assert Cursor.read(str(place).replace("+", " ")) == place
