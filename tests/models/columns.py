"""Columns to cast to, and what becomes of a value."""

from decimal import Decimal
from typing import Any

import pytest

from models.entity import Column
from models.reading.casting import Notation, cast
from models.reading.parse_error import ParseError
from models.reading.types import EXPECTED

PLAIN = Notation()
DAY_FIRST = Notation(day_first=True)
DECIMAL_COMMA = Notation(decimal_comma=True)


def column(python_type: type, length: int | None = None) -> Column:
    digits = (15, 4) if python_type is Decimal else None
    return Column("value", "Value", python_type, length=length, digits=digits)


def kept(value: Any, python_type: type, notation: Notation = PLAIN) -> Any:
    return cast(value, column(python_type), "Order", notation)


def refusal(value: Any, python_type: type, notation: Notation = PLAIN) -> str:
    """Return what the error says was sent."""
    with pytest.raises(ParseError) as caught:
        kept(value, python_type, notation)
    before, _, after = caught.value.message.partition("Exception:Cannot cast ")
    assert before == "An error occurred while setting the column value. ColumnName:Value. " + (
        "EntityName:Order. "
    )
    actual, _, expected = after.partition(" to ")
    assert expected == f"{EXPECTED[python_type]}."
    return actual
