"""What a column gets, by its mapping: found, joined, split, looked up in a table, or a constant."""

from decimal import Decimal
from math import isfinite
from typing import Any

from models.mapping.answers import folded
from models.mapping.definition import Value
from models.mapping.expressions import ExpressionError, Look
from models.matching.naming import parts_of

NAME_PARTS = ("first_name", "middle_name", "last_name")
ALL_OTHERS = "*"
MOST_ELEMENTS = 1000
"""Elements of one list that become records or rows."""


def value_of(spec: Value, document: dict[str, Any], look: Look) -> Any:
    """Return what a column gets, None where nothing was found.

    Raises:
        ExpressionError: an expression cannot be evaluated for this request.
    """
    if spec.each is not None:
        return _rows(spec, document, look)
    found = _exact(spec.value if spec.value is not None else _found(spec, document, look))
    return _exact(spec.default) if is_empty(found) else found


def _exact(value: Any) -> Any:
    """Turn what functions have counted to exact numbers, as those in a request are."""
    if isinstance(value, list):
        return [_exact(each) if isinstance(each, float) else each for each in value]
    if isinstance(value, float):
        return Decimal(str(value)) if isfinite(value) else str(value)
    return value


def _found(spec: Value, document: dict[str, Any], look: Look) -> Any:
    found = [look.evaluate(path, document) for path in spec.path]
    value = _joined(found, spec.join) if spec.join is not None else _first(found)
    if spec.split is not None and isinstance(value, str):
        value = parts_of(value)[NAME_PARTS.index(spec.split)] or None
    return _from_table(value, spec.values) if spec.values else value


def is_empty(value: Any) -> bool:
    """Say whether a value says nothing."""
    return value is None or value == [] or value == {} or (isinstance(value, str) and _blank(value))


def _blank(text: str) -> bool:
    return not text.strip()


def _first(found: list[Any]) -> Any:
    return next((each for each in found if not is_empty(each)), None)


def _joined(found: list[Any], between: str) -> str | None:
    """Join all values that were found, those in lists and objects, too."""
    texts = [_text(each) for value in found for each in _flat(value) if not is_empty(each)]
    return between.join(texts) or None


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise ExpressionError("What is to be joined holds lists or objects within a list.")
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _from_table(value: Any, table: dict[str, Any]) -> Any:
    """Find what an answer means; of several answers, what each of them means."""
    if isinstance(value, list):
        return [_from_table(each, table) for each in value]
    if is_empty(value) or isinstance(value, dict):
        return value
    meanings = {folded(answer): meaning for answer, meaning in table.items()}
    return meanings.get(folded(_text(value)), table.get(ALL_OTHERS, value))


def _rows(spec: Value, document: dict[str, Any], look: Look) -> Any:
    found = elements(spec.each or "", document, look)
    return [
        _row(spec, {**document, "item": element, "index": index}, look)
        for index, element in enumerate(found)
    ]


def _row(spec: Value, document: dict[str, Any], look: Look) -> dict[str, Any]:
    values = {code: value_of(column, document, look) for code, column in spec.columns.items()}
    return {code: value for code, value in values.items() if value is not None}


def elements(expression: str, document: dict[str, Any], look: Look) -> list[Any]:
    """Return the elements of a list that an expression finds; of one object, the object alone.

    Raises:
        ExpressionError: it finds neither, or more than `MOST_ELEMENTS`.
    """
    found = look.evaluate(expression, document, takes=False)
    if isinstance(found, dict):
        return [found]
    if not isinstance(found, list):
        raise ExpressionError(f'"{expression}" finds no list in this request.')
    if len(found) > MOST_ELEMENTS:
        raise ExpressionError(f'"{expression}" finds more than {MOST_ELEMENTS} elements.')
    return found
