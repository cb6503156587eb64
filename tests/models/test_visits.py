"""Reading what Matomo answers: every shape, and whatever else may come."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.site_events.errors import MatomoAwayError, MatomoRefusedError
from models.site_events.reading import amount, moment, text, whole
from models.site_events.visits import Visit, read_page
from tests.matomo_shapes import Row, every_type, page_view, visit

VISITOR = "00000000000000aa"
AT = 1_790_000_000


def read(*rows: Any) -> list[Visit]:
    return list(read_page(list(rows), VISITOR).visits)


def test_a_visit_is_read_with_its_fields() -> None:
    (made,) = read(visit(7, VISITOR, AT, [page_view(1, AT), page_view(2, AT + 90)]))
    assert made.visit_id == 7
    assert made.country_code == "DE"
    assert made.channel == "Direct traffic"
    assert made.columns["started_at"].timestamp() == AT
    assert made.columns["last_action_at"].timestamp() == AT + 90
    assert made.columns["duration_seconds"] == 90
    assert made.columns["action_count"] == 2
    assert made.columns["location"] == "52.520000,13.400000"
    assert (made.columns["platform"], made.columns["device"]) == ("GNU/Linux", "Desktop")
    assert made.columns["referrer_name"] is None


def test_every_type_of_action_is_read() -> None:
    (made,) = read(visit(7, VISITOR, AT, every_type(AT)))
    said = [(a.type, a.columns["label"], a.columns["amount"]) for a in made.actions]
    assert said == [
        ("action", None, None),
        ("download", None, None),
        ("outlink", None, None),
        ("event", "Tour", Decimal("12.5")),
        ("search", "red shoes", None),
        ("contentImpression", "Banner", None),
        ("goal", "Newsletter", Decimal(0)),
        ("ecommerceOrder", "A-17", Decimal("59.9")),
        ("ecommerceAbandonedCart", None, Decimal("59.9")),
    ]
    assert len({action.key for action in made.actions}) == 9


def test_an_unknown_type_of_action_is_kept_by_its_name() -> None:
    (made,) = read(visit(7, VISITOR, AT, [{"type": "hologram", "timestamp": AT}]))
    assert made.actions[0].type == "hologram"


def test_an_action_keeps_its_key_as_the_visit_grows() -> None:
    late = page_view(9, AT + 1)
    (before,) = read(visit(7, VISITOR, AT, every_type(AT)))
    (after,) = read(visit(7, VISITOR, AT, [late, *every_type(AT)]))
    assert [a.key for a in before.actions] == [a.key for a in after.actions][1:]
    assert before.fingerprint != after.fingerprint


def test_actions_that_are_alike_are_two() -> None:
    twin: Row = {"type": "goal", "goalId": 4, "timestamp": AT}
    (made,) = read(visit(7, VISITOR, AT, [twin, dict(twin)]))
    assert len({action.key for action in made.actions}) == 2


def test_what_cannot_be_read_is_counted_and_the_rest_is_kept() -> None:
    good = visit(7, VISITOR, AT, [page_view(1, AT)])
    good["actionDetails"] += [None, "x"]
    page = read_page([{"idVisit": ""}, None, 7, good], VISITOR)
    assert [made.visit_id for made in page.visits] == [7]
    assert page.unreadable == 3 + 2


def test_visits_of_another_visitor_are_left_out() -> None:
    page = read_page([visit(7, "00000000000000bb", AT, []), visit(8, VISITOR, AT, [])], VISITOR)
    assert [made.visit_id for made in page.visits] == [8]
    assert page.strangers == 1


def test_a_list_that_php_wrote_as_an_object_is_a_list() -> None:
    page = read_page({"0": visit(7, VISITOR, AT, []), "2": visit(8, VISITOR, AT, [])}, VISITOR)
    assert len(page.visits) == 2


def test_an_error_object_is_a_refusal() -> None:
    with pytest.raises(MatomoRefusedError, match="error-object"):
        read_page({"result": "error", "message": "no"}, VISITOR)


@pytest.mark.parametrize("answer", [None, "ok", 7, {"result": "success"}, {"value": []}])
def test_other_json_is_no_answer(answer: Any) -> None:
    with pytest.raises(MatomoAwayError, match="not-visits"):
        read_page(answer, VISITOR)


@pytest.mark.parametrize(
    ("url", "fields", "expected"),
    [
        ("https://a/?utm_source=google&utm_medium=cpc", {}, ("google", "cpc", "Search ads")),
        ("https://a/?mtm_source=news&mtm_medium=email", {}, ("news", "email", "Email")),
        ("https://a/", {"campaignSource": "bing"}, ("bing", None, "Direct traffic")),
        ("https://a/", {"referrerType": "search"}, (None, None, "Organic search")),
        ("https://a/", {"referrerType": "hologram"}, (None, None, None)),
    ],
)
def test_where_a_visit_came_from(url: str, fields: Row, expected: tuple[str | None, ...]) -> None:
    (made,) = read(visit(7, VISITOR, AT, [page_view(1, AT, url)], **fields))
    assert (made.columns["utm_source"], made.columns["utm_medium"], made.channel) == expected


def test_a_campaign_as_matomo_knows_it() -> None:
    fields: Row = {"referrerType": "campaign", "referrerName": "autumn", "referrerKeyword": "shoes"}
    (made,) = read(visit(7, VISITOR, AT, [], **fields))
    assert (made.columns["utm_campaign"], made.columns["utm_term"]) == ("autumn", "shoes")


def test_numbers_come_in_many_ways() -> None:
    assert [whole(each) for each in (12, "12", "12.0", 12.9, 0)] == [12, 12, 12, 12, 0]
    odd: list[Any] = ["", None, False, True, "x", -1, 2**40, float("nan"), "Infinity", [], {}]
    odd.append("9" * 50)
    assert [whole(each) for each in odd] == [None] * len(odd)
    assert [amount(each) for each in ("1.23456", 10**11, "x")] == [Decimal("1.2346"), None, None]
    assert [moment(each) for each in (0, "", False, 2**40)] == [None] * 4


def test_texts_hold_what_a_database_can_keep() -> None:
    assert text("a\0b\ud800c") == "abc"
    assert text("x" * 300) == "x" * 250
    none: tuple[Any, ...] = ("", "  ", None, False, [], {})
    assert [text(each) for each in none] == [None] * len(none)
    assert text(17) == "17"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_names = st.sampled_from(sorted({*visit(1, VISITOR, AT, []), *every_type(AT)[3], "idVisit"}))


@given(st.lists(st.dictionaries(_names, _json) | _json, max_size=4))
def test_no_list_that_matomo_could_write_is_too_odd_to_read(rows: list[Any]) -> None:
    page = read_page(rows, VISITOR)
    assert page.received == len(rows)
    assert all(made.fingerprint for made in page.visits)
