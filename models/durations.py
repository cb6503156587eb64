"""Durations as people write them: 90m, 24h, 7d."""

import re
from datetime import timedelta

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = timedelta(days=3650)


class DurationError(ValueError):
    """A text is no duration; the error says how one is written."""


def parse_duration(text: str) -> timedelta:
    """Read a duration: a whole number and s, m, h or d.

    Raises:
        DurationError: it is not written so, is nothing, or is longer than ten years.
    """
    found = re.fullmatch(r"([0-9]{1,9})\s*([smhd])", text.strip().lower())
    duration = timedelta(seconds=int(found[1]) * SECONDS[found[2]]) if found else timedelta()
    if not timedelta() < duration <= LONGEST:
        raise DurationError(
            f'"{text}" is no duration. Write a number and s, m, h or d: 90m, 24h, 7d.'
        )
    return duration


def in_words(duration: timedelta) -> str:
    """Write a duration in its largest whole unit: `24 hours` is `1 day`, 90 minutes stay so."""
    seconds = int(duration.total_seconds())
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds and seconds % size == 0:
            return _counted(seconds // size, name)
    return _counted(seconds, "second")


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"
