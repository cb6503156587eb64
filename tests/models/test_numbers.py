"""Numbers, as they are sent and as they are kept."""

from decimal import Decimal
from typing import Any

import pytest

from tests.models.columns import DECIMAL_COMMA, PLAIN, kept, refusal


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("36", 36),
        (" 36 ", 36),
        ("+36", 36),
        ("-36", -36),
        ("007", 7),
        ("36.0", 36),
        ("1,234,567", 1234567),
        ("1 234 567", 1234567),
        ("1\u00a0234", 1234),
        ("3e2", 300),
        (36, 36),
        (Decimal("36.00"), 36),
        ("2147483647", 2147483647),
        ("-2147483648", -2147483648),
        (["36", "36"], 36),
        (["", "36"], 36),
    ],
)
def test_whole_numbers(value: Any, number: int) -> None:
    assert kept(value, int) == number


@pytest.mark.parametrize(
    ("value", "actual"),
    [
        ("thirty-six", "Text"),
        ("36 years", "Text"),
        ("36.5", "Decimal"),
        (Decimal("36.5"), "Decimal"),
        (True, "Boolean"),
        ("1,23", "Text"),
        ("-", "Text"),
        (".", "Text"),
        ("0x24", "Text"),
        ("1_000", "Text"),
        ("٣٦", "Text"),
        ("2147483648", "Integer out of range"),
        (-2147483649, "Integer out of range"),
        (10**4000, "Integer out of range"),
        (["36", "37"], "List"),
        ({"age": 36}, "Object"),
    ],
)
def test_no_whole_numbers(value: Any, actual: str) -> None:
    assert refusal(value, int) == actual


NUMBERS_BOTH_WAYS = [
    # sent            point      comma
    ("1234", "1234", "1234"),
    ("-0.5", "-0.5", None),
    ("-0,5", None, "-0.5"),
    ("1,234.50", "1234.5", None),
    ("1.234,50", None, "1234.5"),
    ("1,234", "1234", "1.234"),
    ("1.234", "1.234", "1234"),
    ("1 234.50", "1234.5", None),
    ("1 234,50", None, "1234.5"),
    ("1,234,567.891", "1234567.891", None),
    (".5", "0.5", None),
    ("5.", "5", None),
    ("1.5e3", "1500", "1500"),
    ("1,2,3", None, None),
    ("$5", None, None),
    ("", "", ""),
]


@pytest.mark.parametrize(("sent", "point", "comma"), NUMBERS_BOTH_WAYS)
@pytest.mark.parametrize("python_type", [Decimal, float])
def test_decimal_numbers_with_point_and_with_comma(
    sent: str, point: str | None, comma: str | None, python_type: type
) -> None:
    for notation, written in ((PLAIN, point), (DECIMAL_COMMA, comma)):
        if written is None:
            assert refusal(sent, python_type, notation) == "Text"
        else:
            assert kept(sent, python_type, notation) == (python_type(written) if written else None)


@pytest.mark.parametrize(
    ("sent", "amount"),
    [
        (10, "10.0000"),
        (Decimal("10.5"), "10.5000"),
        ("0.00005", "0.0000"),
        ("0.00015", "0.0002"),
        ("99999999999.9999", "99999999999.9999"),
        ("-99999999999.9999", "-99999999999.9999"),
    ],
)
def test_an_amount_is_rounded_to_what_its_column_keeps(sent: Any, amount: str) -> None:
    assert str(kept(sent, Decimal)) == amount


@pytest.mark.parametrize(
    "sent", ["100000000000", "99999999999.99999", "1e99", Decimal("1e400"), 10**4000]
)
def test_an_amount_that_its_column_cannot_hold_is_refused(sent: Any) -> None:
    assert refusal(sent, Decimal) == "Decimal out of range"


def test_a_floating_number_beyond_the_largest_is_refused() -> None:
    assert refusal(Decimal("1e400"), float) == "Decimal out of range"
    assert refusal(True, float) == "Boolean"
