"""Days and times, as people and programs write them.

What can only mean one moment is read; what could mean two is refused, and so is a zone that is
only a name: an hour that is wrong is worse than none.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

LONGEST = 100
"""No day or time is written in more characters; longer text is not looked at."""

# English, as programs write them; Python's own names of months depend on the machine's language.
_MONTHS = """
    January February March April May June July August September October November December
"""

_WEEKDAY = re.compile(r"\A(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+", re.ASCII | re.I)
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_DAY_MONTH = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -](?P<month>[a-z]{3,9})\.?,?[ -](?P<year>\d{4})",
    re.ASCII | re.I,
)
_MONTH_DAY = re.compile(
    r"(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})", re.ASCII | re.I
)
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?(?:\s*([ap])\.?m\.?)?", re.ASCII | re.I
)
_DAY_AND_CLOCK = re.compile(
    r"(?P<day>.+?)(?:T|,?\s+(?:at\s+)?)"
    r"(?P<clock>\d{1,2}:[\d:.,]+(?:\s*[ap]\.?m\.?)?)"
    r"\s*(?P<zone>(?:Z|UTC|GMT)?(?:[+-]\d{2}:?(?:\d{2})?)?)(?:\s*\([^()]*\))?",
    re.ASCII | re.I,
)


def read_date(text: str, day_first: bool) -> date:
    """Read a day: 2026-11-24, 24.11.2026, 11/24/2026, 24 November 2026; of a moment, its UTC day.

    Args:
        text: what was written.
        day_first: whether 03/04/2026 is the 3rd of April.

    Raises:
        ValueError: the text is no day, or could be two.
    """
    return _day(_bounded(text), day_first) or read_datetime(text, day_first).date()


def read_time(text: str) -> time:
    """Read a time of day: 22:57, 22:57:01.5, 10:57 PM, 10:57 p.m.

    Raises:
        ValueError: the text is no time, or one with a zone, which a time without a day has not.
    """
    if not (match := _CLOCK.fullmatch(_bounded(text))):
        raise ValueError("no time")
    hours, minutes, seconds, fraction, half = match.groups()
    hour = int(hours)
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of half a day")
        hour = hour % 12 + (12 if half in "Pp" else 0)
    return time(hour, int(minutes), int(seconds or 0), int((fraction or "").ljust(6, "0")))


def read_datetime(text: str, day_first: bool) -> datetime:
    """Read a day with a time, as UTC; one without a zone is UTC, one without a time is midnight.

    Args:
        text: what was written: ISO 8601, a header's date, JavaScript's, or a person's.
        day_first: whether 03/04/2026 is the 3rd of April.

    Raises:
        ValueError: the text is no moment, could be two, or its zone is not known.
    """
    text = _bounded(text)
    if day := _day(text, day_first):
        return datetime.combine(day, time(), UTC)
    match = _DAY_AND_CLOCK.fullmatch(text)
    if match and (day := _day(match["day"], day_first)):
        return _in_utc(datetime.combine(day, read_time(match["clock"]), _zone(match["zone"])))
    if text.isdigit():  # a count of seconds or milliseconds, of which some look like ISO 8601
        raise ValueError("no moment")
    moment = datetime.fromisoformat(text)
    return _in_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _bounded(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError("too long for a day or time")
    return text.strip()


def _day(text: str, day_first: bool) -> date | None:
    """Read a day without a time, None where it is none."""
    text = _WEEKDAY.sub("", text)
    if match := _YEAR_FIRST.fullmatch(text):
        return date(int(match[1]), int(match[3]), int(match[4]))
    if match := _YEAR_LAST.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        if day_first or match[2] == ".":  # dots are day-first everywhere
            first, second = second, first
        return date(int(match[4]), first, second)
    if match := _DAY_MONTH.fullmatch(text) or _MONTH_DAY.fullmatch(text):
        return date(int(match["year"]), _month(match["month"]), int(match["day"]))
    try:
        return date.fromisoformat(text)  # without dashes, or by the week
    except ValueError:
        return None


def _month(word: str) -> int:
    """Return the number of a month by its English name, or the first letters of it."""
    for number, name in enumerate(_MONTHS.split(), start=1):
        if name.startswith(word.capitalize()):
            return number
    raise ValueError("no month")


def _zone(written: str) -> timezone:
    """Read Z, UTC, GMT, +01:00, +0100, +01, GMT+0100; nothing is UTC."""
    offset = written.lstrip("ZUTCGMzutcgm").replace(":", "")
    if not offset:
        return UTC
    ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:] or 0))
    return timezone(-ahead if offset[0] == "-" else ahead)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("before the first or after the last year") from None
