"""What a draft comes to, in lines for a person: each column with its value and where it is from."""

from collections.abc import Iterator
from typing import Any

from models.reading.casting import Named
from models.reading.drafting import Draft


def printable(line: str) -> str:
    """Escape what would steer a terminal, or break a line, or cannot be written as UTF-8."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in line
    )


def draft_lines(draft: Draft) -> Iterator[str]:
    """Tell where each value goes, and what went nowhere."""
    if draft.entity is not None:
        for column in draft.entity.columns():
            if column.name in draft.sent_as:
                shown = in_words(draft.values.get(column.name))
                yield f"  {draft.sent_as[column.name]} -> {column.code} = {shown}"
    for code in draft.found_nothing:
        yield f"  nothing found -> {code}"
    for detail, rows in draft.details.items():
        yield f"  a list -> {len(rows)} rows of {detail.code()}"
    for parameter, value in draft.unknown.items():
        yield f"  {parameter} -> no column, kept with the webhook = {value}"


def in_words(value: Any) -> str:
    """Say what a column gets."""
    if isinstance(value, Named):
        return f"a row {value.name}"
    return "(empty)" if value is None else str(value)


def error_lines(draft: Draft) -> Iterator[str]:
    """Tell each error with its advice."""
    for error in draft.errors:
        yield f"Error        {error.message}"
        yield f"             {error.advice}"
