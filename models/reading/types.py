"""How the error texts name types, of columns and of values."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

EXPECTED = {
    str: "Text",
    int: "Integer",
    float: "Decimal",
    Decimal: "Decimal",
    bool: "Boolean",
    date: "Date",
    time: "Time",
    datetime: "DateTime",
    UUID: "Guid",
}
"""The types of columns."""


def name_of_type(value: Any) -> str:
    """Name the type of a value as it was sent."""
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer"
    if isinstance(value, Decimal):
        return "Decimal"
    return "List" if isinstance(value, list) else "Object"
