"""Traps for machines that fill in forms: a field that people do not see, and haste."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from models.mapping.definition import Spam
from models.mapping.document import Document
from models.mapping.errors import spam_in_honeypot, spam_too_fast
from models.mapping.expressions import ExpressionError, Look
from models.mapping.values import is_empty
from models.reading.dates import read_datetime
from models.reading.parse_error import ParseError

MILLISECONDS_FROM = 10**11
"""Seconds since 1970 come to this in the year 5138; milliseconds came to it in 1973."""


def caught(spam: Spam, document: Document, received_at: datetime) -> ParseError | None:
    """Say which trap a request went into, if any.

    A trap that cannot be read catches no one: a form that was changed by mistake must not lose
    what people write.
    """
    look = Look()
    for field in spam.honeypot:
        if not is_empty(_found(look, field, document)):
            return spam_in_honeypot(field)
    if spam.shown_at is None:
        return None
    shown_at = moment(_found(look, spam.shown_at, document))
    if shown_at is None:
        return None
    took = received_at - shown_at
    if timedelta(0) <= took < timedelta(seconds=spam.least_seconds):
        return spam_too_fast(spam.shown_at, took.total_seconds(), spam.least_seconds)
    return None


def _found(look: Look, expression: str, document: Document) -> Any:
    try:
        return look.evaluate(expression, document)
    except ExpressionError:
        return None


def moment(value: Any) -> datetime | None:
    """Read when a form was shown: seconds or milliseconds since 1970, or a date with a time."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    try:
        seconds = Decimal(str(value).strip())
        if seconds >= MILLISECONDS_FROM:
            seconds /= 1000
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ArithmeticError, ValueError, OSError):
        pass
    try:
        return read_datetime(str(value), day_first=False)
    except ValueError:
        return None
