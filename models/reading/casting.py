"""From what was sent to what a column holds: one cast a type.

Senders write the same value in many ways: forms send text, JSON sends numbers as text and text as
numbers. What can only mean one thing is taken; what could mean two is refused, because a birthday
in the wrong month is worse than none. An empty value leaves its column empty and is no error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Context, Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from models.entity import Column
from models.reading.dates import read_date, read_datetime, read_time
from models.reading.numbers import read_number
from models.reading.types import EXPECTED, name_of_type
from models.reading.value_errors import text_too_long, value_not_cast

T = TypeVar("T")


@dataclass(frozen=True)
class Notation:
    """How a source writes what people write in two ways."""

    day_first: bool = False
    decimal_comma: bool = False


class _CastError(Exception):
    """The value is not of the type; the text names the type that it has."""


@dataclass(frozen=True)
class Named:
    """A row of a lookup, by its name, until the lookup is asked."""

    name: str


def cast(value: Any, column: Column, entity: str, notation: Notation) -> Any:
    """Turn a parameter's value into what its column holds, None where it is empty.

    A lookup's row may be named rather than given by its id.

    Raises:
        ParseError: the value is of another type, out of range, or too long.
    """
    try:
        value = _one_of_repeated(value, column.type)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if column.by_name and isinstance(value, str):
            return _row(value)
        made = _fit(_CASTS[column.type](value, notation), column)
    except _CastError as error:
        raise value_not_cast(column.code, entity, str(error), EXPECTED[column.type]) from None
    if column.length is not None and len(made) > column.length:
        raise text_too_long(column.code, entity, len(made), column.length)
    return made


def can_cast_to(python_type: type) -> bool:
    """Say whether columns of this type can be filled from a webhook."""
    return python_type in _CASTS


def _one_of_repeated(value: Any, expected: type) -> Any:
    """Take a repeated value once, of a checkbox the last, of text all."""
    if not isinstance(value, list):
        return value
    sent = [each for each in value if each not in (None, "")]
    if not sent:
        return None
    if all(each == sent[0] for each in sent):
        return sent[0]
    if expected is bool:  # a hidden "off" before a checkbox "on" is how forms send both
        return sent[-1]
    if expected is str and not any(isinstance(each, (list, dict)) for each in sent):
        return ", ".join(_text(each, Notation()) for each in sent)
    return value


def _text(value: Any, _notation: Notation) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    text = _only_text(value)
    if "\0" in text:
        raise _CastError("Text with a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:  # JSON can name one half of a pair that UTF-16 has for a character
        raise _CastError("Text with half a character") from None
    return text


def _integer(value: Any, notation: Notation) -> int:
    number = _decimal(value, notation)
    if number != number.to_integral_value():
        raise _CastError("Decimal")
    return int(number)


def _decimal(value: Any, notation: Notation) -> Decimal:
    if isinstance(value, bool):
        raise _CastError("Boolean")
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    text = _only_text(value)
    return _valid(lambda: read_number(text, notation.decimal_comma))


def _float(value: Any, notation: Notation) -> float:
    number = float(_decimal(value, notation))
    if number in (float("inf"), float("-inf")):
        raise _CastError("Decimal out of range")
    return number


_TRUE = {"true", "yes", "on", "1", "y", "t", "checked"}
_FALSE = {"false", "no", "off", "0", "n", "f", "unchecked"}


def _boolean(value: Any, _notation: Notation) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, Decimal)):
        if value not in (0, 1):
            raise _CastError("Integer" if value == int(value) else "Decimal")
        return bool(value)
    word = _only_text(value).strip().casefold()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise _CastError("Text")


def _date(value: Any, notation: Notation) -> date:
    text = _only_text(value)
    return _valid(lambda: read_date(text, notation.day_first))


def _time(value: Any, _notation: Notation) -> time:
    text = _only_text(value)
    return _valid(lambda: read_time(text))


def _datetime(value: Any, notation: Notation) -> datetime:
    text = _only_text(value)
    return _valid(lambda: read_datetime(text, notation.day_first))


def _guid(value: Any, _notation: Notation) -> UUID:
    text = _only_text(value).strip()
    return _valid(lambda: UUID(text))


def _row(text: str) -> UUID | Named:
    try:
        return UUID(text.strip())
    except ValueError:
        return Named(_text(text, Notation()).strip())


def _valid(make: Callable[[], T]) -> T:
    """Make a value, or refuse a text such as the 31st of February."""
    try:
        return make()
    except ValueError:
        raise _CastError("Text") from None


def _only_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise _CastError(name_of_type(value))


def _fit(made: Any, column: Column) -> Any:
    """Refuse a number that its column cannot hold; round one with more places than it keeps."""
    if column.type is int and not -(2**31) <= made < 2**31:
        raise _CastError("Integer out of range")
    if column.type is Decimal and column.digits:
        digits, places = column.digits
        try:  # rounding may carry into one digit more than the column holds
            return made.quantize(Decimal(1).scaleb(-places), context=Context(prec=digits))
        except InvalidOperation:
            raise _CastError("Decimal out of range") from None
    return made


_CASTS: dict[type, Callable[[Any, Notation], Any]] = {
    str: _text,
    int: _integer,
    float: _float,
    Decimal: _decimal,
    bool: _boolean,
    date: _date,
    time: _time,
    datetime: _datetime,
    UUID: _guid,
}
