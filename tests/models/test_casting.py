"""From what was sent to what a column holds. Each table: what is sent, and what is kept."""

from datetime import date, datetime, time
from decimal import Decimal
from time import process_time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.reading.casting import Notation, can_cast_to, cast
from models.reading.parse_error import Kind, ParseError
from models.reading.types import EXPECTED
from tests.models.columns import PLAIN, column, kept, refusal


@pytest.mark.parametrize("python_type", EXPECTED)
@pytest.mark.parametrize("value", [None, "", "   ", "\t\n", [], [""], [None, ""]])
def test_an_empty_value_leaves_its_column_empty(value: Any, python_type: type) -> None:
    assert kept(value, python_type) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ada", "Ada"),
        (" Ada ", " Ada "),
        ("Zoë 🙂", "Zoë 🙂"),
        ("two\r\nlines", "two\r\nlines"),
        (36, "36"),
        (0, "0"),
        (Decimal("10.50"), "10.50"),
        (True, "true"),
        (False, "false"),
        (["Ada", "Ada"], "Ada"),
        (["Tea", "Coffee"], "Tea, Coffee"),
        (["Tea", "", "Coffee", None], "Tea, Coffee"),
        (["Tea", 2, True], "Tea, 2, true"),
    ],
)
def test_text(value: Any, text: str) -> None:
    assert kept(value, str) == text


@pytest.mark.parametrize(
    ("value", "actual"),
    [
        ({"first": "Ada"}, "Object"),
        ([{"first": "Ada"}], "Object"),
        ([["Ada"], ["King"]], "List"),
        ("Ada\0", "Text with a NUL character"),
        ("\ud83d", "Text with half a character"),
        (["Ada", "King\0"], "Text with a NUL character"),
        (["Ada", "\udcff"], "Text with half a character"),
    ],
)
def test_no_text(value: Any, actual: str) -> None:
    assert refusal(value, str) == actual


@pytest.mark.parametrize("python_type", [int, Decimal, float, date, time, datetime, UUID, bool])
@pytest.mark.parametrize("text", ["1," * 500_000, "1" + ",234" * 300_000, " " * 10**6 + "x"])
def test_a_text_of_a_megabyte_is_refused_at_once(text: str, python_type: type) -> None:
    began = process_time()
    assert refusal(text, python_type) == "Text"
    assert process_time() - began < 2


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ("true", True),
        ("TRUE", True),
        ("yes", True),
        ("on", True),
        ("1", True),
        ("y", True),
        (" Checked ", True),
        (True, True),
        (1, True),
        (Decimal("1.0"), True),
        ("false", False),
        ("No", False),
        ("off", False),
        ("0", False),
        (False, False),
        (0, False),
        (["off", "on"], True),  # a hidden field before its checkbox, which is checked
        (["0", "1"], True),
        (["off"], False),
        (["on", "on"], True),
    ],
)
def test_yes_and_no(sent: Any, answer: bool) -> None:
    assert kept(sent, bool) is answer


@pytest.mark.parametrize(
    ("sent", "actual"),
    [
        ("maybe", "Text"),
        ("2", "Text"),
        (2, "Integer"),
        (Decimal("0.5"), "Decimal"),
        (["on", "perhaps"], "Text"),
        ({"yes": True}, "Object"),
        ([["on"]], "List"),
    ],
)
def test_neither_yes_nor_no(sent: Any, actual: str) -> None:
    assert refusal(sent, bool) == actual


@pytest.mark.parametrize(
    "sent",
    [
        "6b0b9f7e-5d0c-4a52-9a3e-0d6f7c1b2a48",
        "6B0B9F7E-5D0C-4A52-9A3E-0D6F7C1B2A48",
        "{6b0b9f7e-5d0c-4a52-9a3e-0d6f7c1b2a48}",
        "6b0b9f7e5d0c4a529a3e0d6f7c1b2a48",
        " 6b0b9f7e-5d0c-4a52-9a3e-0d6f7c1b2a48\n",
    ],
)
def test_guids(sent: str) -> None:
    assert kept(sent, UUID) == UUID("6b0b9f7e-5d0c-4a52-9a3e-0d6f7c1b2a48")


@pytest.mark.parametrize(
    ("sent", "actual"),
    [("Germany", "Text"), ("6b0b9f7e", "Text"), ("ü" * 32, "Text"), (49, "Integer")],
)
def test_no_guids(sent: Any, actual: str) -> None:
    assert refusal(sent, UUID) == actual


def test_a_text_as_long_as_its_column_fits_and_a_longer_one_is_refused() -> None:
    assert cast("🙂" * 50, column(str, length=50), "Order", PLAIN) == "🙂" * 50
    with pytest.raises(ParseError) as caught:
        cast("x" * 51, column(str, length=50), "Order", PLAIN)
    assert caught.value.kind is Kind.TEXT_TOO_LONG
    assert caught.value.message.endswith("Text of 51 characters is longer than the allowed 50.")


def test_there_are_columns_that_cannot_be_filled_from_a_webhook() -> None:
    assert can_cast_to(str)
    assert not can_cast_to(bytes)


ANY_TEXT = st.text(st.characters(exclude_categories=()))
WRITTEN = st.one_of(
    ANY_TEXT,
    st.text("0123456789.,-+/: eETZapm"),
    st.datetimes().map(str),
    st.dates().map(lambda day: f"{day:%d %b %Y}"),
    st.decimals().map(str),
    st.uuids().map(str),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | WRITTEN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("python_type", EXPECTED)
@given(value=JSON, notation=st.builds(Notation, st.booleans(), st.booleans()))
def test_no_value_whatever_raises_anything_but_a_parse_error(
    python_type: type, value: Any, notation: Notation
) -> None:
    try:
        made = cast(value, column(python_type, 250 if python_type is str else None), "E", notation)
    except ParseError as error:
        assert error.column == "Value"
    else:
        assert made is None or type(made) is python_type
