"""What a draft gets beyond its own parameters: defaults, and the rows of its details."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from models.entity import Column, Detail, Entity, normal_name
from models.reading.casting import Notation, can_cast_to, cast
from models.reading.parse_error import ParseError
from models.reading.value_errors import value_not_cast, value_required


def completed(
    values: Mapping[str, Any], columns: Iterable[Column], entity: str
) -> tuple[dict[str, Any], list[ParseError]]:
    """Give columns that are empty their default; return an error for each that is required."""
    full, errors = dict(values), []
    for column in columns:
        if full.get(column.name) is None and column.default is not None:
            full[column.name] = column.default_value()
        elif full.get(column.name) is None and column.required:
            errors.append(value_required(column.code, entity))
    return full, errors


def detail_for(entity: type[Entity], parameter: str) -> type[Detail] | None:
    """Return the detail whose rows come in the list that a parameter names."""
    for code, detail in entity.details.items():
        if normal_name(code) == normal_name(parameter):
            return detail
    return None


def rows_of(
    detail: type[Detail], parameter: str, value: Any, notation: Notation
) -> tuple[list[dict[str, Any]], list[ParseError]]:
    """Read a list of objects as the rows of a detail, with what is wrong with each, by its place.

    A value that cannot be cast leaves its column empty; an element that is no object is left out.
    """
    rows: list[dict[str, Any]] = []
    errors: list[ParseError] = []
    if not isinstance(value, list):
        value = [] if value in (None, "") else [value]
    for place, element in enumerate(value):
        at = f"{parameter}[{place}]"
        if not isinstance(element, dict):
            errors.append(value_not_cast(at, detail.code(), "Text", "Object"))
            continue
        row, wrong = _row(detail, element, notation)
        rows.append({**row, "position": place})
        errors += [replace(error, column=f"{at}.{error.column}") for error in wrong]
    return rows, errors


def _row(
    detail: type[Detail], element: Mapping[str, Any], notation: Notation
) -> tuple[dict[str, Any], list[ParseError]]:
    values: dict[str, Any] = {}
    errors: list[ParseError] = []
    for parameter, value in element.items():
        column = detail.column_for(parameter)
        if column is None or column.name in values or not can_cast_to(column.type):
            continue  # it stays in the stored body
        try:
            values[column.name] = cast(value, column, detail.code(), notation)
        except ParseError as error:
            errors.append(error)
    full, missing = completed(values, detail.columns(), detail.code())
    return full, [*errors, *missing]
