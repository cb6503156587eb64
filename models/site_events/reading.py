"""Tolerant reading of what Matomo writes: anything may be missing, empty, or of another type.

What cannot be read is None, and never an error: one odd value costs no visit.
"""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

LARGEST = 2**31 - 1
LARGEST_BIG = 2**63 - 1


def whole(value: Any, largest: int = LARGEST) -> int | None:
    """Read a whole number from 0 to `largest`; `"12"` and `12.0` are 12."""
    number = _decimal(value)
    if number is None or not 0 <= number <= largest:
        return None
    return int(number)


def amount(value: Any) -> Decimal | None:
    """Read an amount with at most 11 digits before the point, rounded to 4 behind it."""
    number = _decimal(value)
    if number is None or abs(number) >= 10**11:
        return None
    return number.quantize(Decimal("0.0001"))


def text(value: Any, length: int = 250) -> str | None:
    """Read a text, cut to `length`; a number is its digits, false and null are none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    # No database keeps a NUL, and none a half of a character.
    value = value.replace("\0", "").encode("utf-8", "ignore").decode()
    return value.strip()[:length].strip() or None


def moment(value: Any) -> datetime | None:
    """Read a moment written as seconds since 1970, UTC; 0 is none."""
    seconds = whole(value, 2**33)
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    if isinstance(value, str) and len(value) > 40:
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
