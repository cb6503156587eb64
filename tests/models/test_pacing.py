"""The pace of a long job."""

import pytest

from models.processing.pacing import (
    BATCH_SECONDS,
    LEAST_ROWS,
    MOST_PAUSE_SECONDS,
    next_size,
    pause_after,
)


@pytest.mark.parametrize(
    ("size", "seconds", "expected"),
    [
        (100, BATCH_SECONDS, 100),
        (100, BATCH_SECONDS / 2, 200),
        (100, BATCH_SECONDS / 100, 200),  # it grows by two at most
        (800, BATCH_SECONDS / 2, 1000),  # never above the most that is allowed
        (100, BATCH_SECONDS * 4, 25),
        (100, BATCH_SECONDS * 1000, LEAST_ROWS),  # it always goes on
        (100, 0, 200),
    ],
)
def test_a_batch_is_as_large_as_fits_the_time(size: int, seconds: float, expected: int) -> None:
    assert next_size(size, seconds, most=1000) == expected


def test_most_of_the_time_is_left_to_others() -> None:
    assert pause_after(0.1) == pytest.approx(0.3)
    assert pause_after(0) > 0


def test_a_pause_ends_however_long_the_transaction_waited() -> None:
    assert pause_after(60) == MOST_PAUSE_SECONDS


def test_a_batch_that_a_user_wants_small_stays_small() -> None:
    assert next_size(5, BATCH_SECONDS / 10, most=5) == 5
