"""Durations as people write them."""

from datetime import timedelta

import pytest

from models.durations import in_words, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds", "words"),
    [
        ("30s", 30, "30 seconds"),
        ("90m", 5400, "90 minutes"),
        (" 24 H ", 86400, "1 day"),
        ("36h", 129600, "36 hours"),
        ("7d", 604800, "7 days"),
        ("3650d", 315360000, "3650 days"),
    ],
)
def test_a_duration_is_read_and_written_in_its_largest_whole_unit(
    text: str, seconds: int, words: str
) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)
    assert in_words(parse_duration(text)) == words
