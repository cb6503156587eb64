"""Periods as people write them: 90m, 24h, 7d."""

import re
from datetime import timedelta

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = timedelta(days=3650)


class PeriodError(ValueError):
    """A text is no period; the error says how one is written."""


def parse_period(text: str) -> timedelta:
    """Read a period: a whole number and s, m, h or d.

    Raises:
        PeriodError: it is not written so, is nothing, or is longer than ten years.
    """
    found = re.fullmatch(r"([0-9]{1,9})\s*([smhd])", text.strip().lower())
    period = timedelta(seconds=int(found[1]) * SECONDS[found[2]]) if found else timedelta()
    if not timedelta() < period <= LONGEST:
        raise PeriodError(f'"{text}" is no period. Write a number and s, m, h or d: 90m, 24h, 7d.')
    return period


def in_words(period: timedelta) -> str:
    """Write a period in its largest whole unit: `24 hours` is `1 day`, 90 minutes stay so."""
    seconds = int(period.total_seconds())
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds and seconds % size == 0:
            return _counted(seconds // size, name)
    return _counted(seconds, "second")


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"
