"""From visits to rows, on both databases: complete, once, and set-based."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlmodel import select

from models.database import engine, reading, transaction
from models.identity import utc_now
from models.lookups import Channel, Country, LeadSource
from models.site_events.saving import save_visits
from models.site_events.tables import ActionType, ReferrerType, WebPage
from models.site_events.visits import read_page
from tests.matomo_shapes import PAGE, Row, every_type, page_view, visit
from tests.site_events import (
    ADA,
    a_form,
    a_tracked_page,
    actions,
    everything,
    note,
    sessions,
    the_visitor,
)

pytestmark = pytest.mark.usefixtures("noted")

AT = 1_790_000_000


@pytest.fixture
def noted(database: str) -> None:
    """Let a visitor be known, on each database."""
    a_tracked_page()
    note(a_form())


def save(*visits: Row) -> tuple[int, int]:
    page = read_page(list(visits), ADA)
    with transaction() as session:
        return save_visits(session, the_visitor().id, page.visits, utc_now())


def test_a_visit_becomes_a_session_of_the_contact() -> None:
    campaign: Row = {"referrerType": "campaign", "referrerName": "autumn"}
    url = f"{PAGE}?utm_source=GOOGLE&utm_medium=cpc"
    assert save(visit(7, ADA, AT, [page_view(1, AT, url)], **campaign)) == (1, 1)
    (made,) = sessions()
    assert made.contact_id == the_visitor().contact_id
    assert (made.visit_id, made.matomo_site_id, made.utm_campaign) == (7, 1, "autumn")
    with reading() as session:
        assert session.get_one(Country, made.country_id).name == "Germany"
        assert session.get_one(Channel, made.channel_id).name == "Search ads"
        assert session.get_one(LeadSource, made.source_id).name == "Google"
        assert session.get_one(ReferrerType, made.referrer_type_id).name == "campaign"


def test_every_type_of_action_becomes_a_row_with_its_type_and_page() -> None:
    save(visit(7, ADA, AT, every_type(AT)))
    with reading() as session:
        types = {row.id: row.name for row in session.exec(select(ActionType))}
        pages = {row.id: row.url for row in session.exec(select(WebPage))}
    made = {types[each.action_type_id]: each for each in actions()}
    assert len(made) == 9
    assert made["event"].event_category == "Video"
    assert made["event"].amount == Decimal("12.5")
    assert made["search"].web_page_id is None
    assert pages[made["action"].web_page_id or made["action"].id] == PAGE


def test_a_page_is_one_row_whatever_its_query() -> None:
    save(visit(7, ADA, AT, [page_view(n, AT, f"{PAGE}?n={n}") for n in range(3)]))
    with reading() as session:
        assert [page.url for page in session.exec(select(WebPage))] == [PAGE]
    assert {each.page_url for each in actions()} == {f"{PAGE}?n={n}" for n in range(3)}


def test_saved_twice_nothing_is_written() -> None:
    visits = [visit(n, ADA, AT + n, every_type(AT)) for n in range(3)]
    assert save(*visits) == (3, 27)
    before = everything()
    with written() as statements:
        assert save(*visits) == (0, 0)
    assert statements == []
    assert everything() == before


def test_a_visit_that_was_still_open_is_completed() -> None:
    save(visit(7, ADA, AT, [page_view(1, AT)]))
    assert save(visit(7, ADA, AT, [page_view(1, AT), page_view(2, AT + 60)])) == (1, 2)
    (made,) = sessions()
    assert (made.duration_seconds, made.action_count) == (60, 2)
    assert len(actions()) == 2


def test_one_visit_that_comes_twice_is_one_session() -> None:
    short, long = ([page_view(n, AT + n) for n in range(length)] for length in (1, 2))
    save(visit(7, ADA, AT, short), visit(7, ADA, AT, long))
    assert len(sessions()) == 1
    assert len(actions()) == 2


def test_a_visit_with_nothing_but_a_number_is_a_session() -> None:
    assert save({"idVisit": 9}) == (1, 0)
    (made,) = sessions()
    assert (made.started_at, made.duration_seconds, made.country) == (None, None, None)


def test_texts_that_no_database_keeps_are_kept_without_what_is_odd() -> None:
    save(visit(7, ADA, AT, [page_view(1, AT, title="a\0b\ud800" + "x" * 900)], city="\0"))
    assert sessions()[0].city is None
    assert str(actions()[0].title).startswith("abx")


def test_ten_thousand_actions_of_one_visit_are_kept() -> None:
    assert save(visit(7, ADA, AT, [page_view(n, AT + n) for n in range(10_000)])) == (1, 10_000)
    assert len(actions()) == 10_000


def test_the_number_of_statements_does_not_grow_with_the_visits() -> None:
    counts = []
    for first, many in ((100, 1), (200, 30)):
        visits = [visit(first + n, ADA, AT, every_type(AT)) for n in range(many)]
        with written() as statements:
            save(*visits)
        counts.append(len(statements))
    assert counts[1] <= counts[0]


@contextmanager
def written() -> Iterator[list[str]]:
    """Gather the statements that write."""
    statements: list[str] = []

    def _note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split(" ", 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            statements.append(statement)

    event.listen(engine(), "before_cursor_execute", _note)
    try:
        yield statements
    finally:
        event.remove(engine(), "before_cursor_execute", _note)
