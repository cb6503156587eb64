"""From what was sent to what a column holds: one cast a type.

Senders write the same value in many ways: forms send text, JSON sends numbers as text and text as
numbers. What can only mean one thing is taken; what could mean two is refused, because a birthday
in the wrong month is worse than none. An empty value leaves its column empty and is no error.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from uuid import UUID

from models.entity import Column
from models.parse_error import text_too_long, value_not_cast

T = TypeVar("T")


@dataclass(frozen=True)
class Notation:
    """How a source writes what people write in two ways."""

    day_first: bool = False
    decimal_comma: bool = False


class _CastError(Exception):
    """The value is not of the type; the text names the type that it has."""


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
"""How the error texts name the types."""


def cast(value: Any, column: Column, entity: str, notation: Notation) -> Any:
    """Turn a parameter's value into what its column holds, None where it is empty.

    Raises:
        ParseError: the value is of another type, out of range, or too long.
    """
    value = _one_of_repeated(value, column.type)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
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
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise _CastError("Text with half a character")
    return text


def _integer(value: Any, notation: Notation) -> int:
    number = _decimal(value, notation)
    if number != number.to_integral_value():
        raise _CastError("Decimal")
    return int(number)


_GROUPED = {False: r"\d{1,3}(?:[, ]\d{3})+", True: r"\d{1,3}(?:[. ]\d{3})+"}
_NUMBER = {
    comma: re.compile(rf"[+-]?(?:{_GROUPED[comma]}|\d{{1,40}})?(?:{mark}(\d{{1,40}})?)?", re.ASCII)
    for comma, mark in ((False, r"\."), (True, ","))
}
_EXPONENT = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?[eE][+-]?\d{1,2}", re.ASCII)


def _decimal(value: Any, notation: Notation) -> Decimal:
    if isinstance(value, bool):
        raise _CastError("Boolean")
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    text = _only_text(value).strip().replace("\u00a0", " ").replace("\u202f", " ")
    if not _EXPONENT.fullmatch(text):
        if not _NUMBER[notation.decimal_comma].fullmatch(text):
            raise _CastError("Text")
        text = text.replace(" ", "").replace("." if notation.decimal_comma else ",", "")
        text = text.replace(",", ".")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _CastError("Text") from None


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


_NUMERIC_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_NAMED_DATE = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")


def _date(value: Any, notation: Notation) -> date:
    text = _only_text(value).strip()
    return _calendar_day(text, notation) or _datetime(text, notation).date()


def _calendar_day(text: str, notation: Notation) -> date | None:
    """Read a day without a time: 2026-11-24, 24.11.2026, 11/24/2026, 24 November 2026."""
    if match := _NUMERIC_DATE.fullmatch(text):
        first, mark, second, year = match.groups()
        day_first = notation.day_first or mark == "."  # dots are day-first everywhere
        day, month = (first, second) if day_first else (second, first)
        return _valid(lambda: date(int(year), int(month), int(day)))
    for form in _NAMED_DATE:
        try:
            return datetime.strptime(text.replace(",", ""), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?\s*([AaPp])?\.?(?(5)[Mm]\.?)"
)


def _time(value: Any, _notation: Notation) -> time:
    text = _only_text(value).strip()
    if not (match := _CLOCK.fullmatch(text)):
        raise _CastError("Text")
    hours, minutes, seconds, fraction, half = match.groups()
    hour = int(hours)
    if half:
        if not 1 <= hour <= 12:
            raise _CastError("Text")
        hour = hour % 12 + (12 if half in "Pp" else 0)
    micros = int((fraction or "").ljust(6, "0"))
    return _valid(lambda: time(hour, int(minutes), int(seconds or 0), micros))


def _datetime(value: Any, notation: Notation) -> datetime:
    """Read a day with a time; one without a zone is UTC, one without a time is midnight."""
    text = _only_text(value).strip()
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        pass
    if day := _calendar_day(text, notation):
        return datetime.combine(day, time(), UTC)
    day_part, _, time_part = text.replace(",", "").partition(" ")
    if _NUMERIC_DATE.fullmatch(day_part) and time_part:
        day = _calendar_day(day_part, notation)
        return datetime.combine(day or date.min, _time(time_part, notation), UTC)
    try:
        return _in_utc(parsedate_to_datetime(text))  # as in HTTP and mail headers
    except (ValueError, TypeError, IndexError, OverflowError):
        raise _CastError("Text") from None


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return _valid(lambda: moment.astimezone(UTC))


def _guid(value: Any, _notation: Notation) -> UUID:
    text = _only_text(value).strip()
    return _valid(lambda: UUID(text))


def _valid(make: Callable[[], T]) -> T:
    """Make a value, or refuse the text that says the 31st of February."""
    try:
        return make()
    except (ValueError, OverflowError):
        raise _CastError("Text") from None


def _only_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise _CastError(_name_of_type(value))


def _name_of_type(value: Any) -> str:
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer"
    if isinstance(value, Decimal):
        return "Decimal"
    return "List" if isinstance(value, list) else "Object"


def _fit(made: Any, column: Column) -> Any:
    """Refuse a number that its column cannot hold; round one with more places than it keeps."""
    if column.type is int and not -(2**31) <= made < 2**31:
        raise _CastError("Integer out of range")
    if column.type is Decimal and column.digits:
        digits, places = column.digits
        if made.adjusted() >= digits - places:
            raise _CastError("Decimal out of range")
        return made.quantize(Decimal(1).scaleb(-places))
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
