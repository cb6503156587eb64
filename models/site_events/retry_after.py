"""The header Retry-After: seconds, or a date (RFC 9110, 10.2.3)."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=6)


def seconds_asked(header: str | None, now: datetime) -> float | None:
    """Return for how many seconds a server asks to be left alone, at most six hours.

    None where the header is missing, cannot be read, or names a moment that is over.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            seconds = (parsedate_to_datetime(text) - now).total_seconds()
        except (ValueError, TypeError, OverflowError):  # no date, or one without a time zone
            return None
    return min(seconds, LONGEST.total_seconds()) if seconds > 0 else None
