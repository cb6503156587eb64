"""How fast a long job goes, so that those who work beside it do not wait."""

FIRST_ROWS = 10
BATCH_SECONDS = 0.05
"""How long one transaction should take: on SQLite, nobody else writes meanwhile."""

LEAST_PAUSE_SECONDS = 0.02


def next_size(size: int, seconds: float, most: int) -> int:
    """Return how many rows the next transaction takes, given how long the last one took.

    A row may hold a byte or ten mebibytes, so that a number of rows alone says nothing of time.
    """
    fitting = int(size * BATCH_SECONDS / max(seconds, 0.001))
    return max(1, min(fitting, 2 * size, most))


def pause_after(seconds: float) -> float:
    """Return how long to pause after a transaction: as long as it took, so that half is others'."""
    return max(seconds, LEAST_PAUSE_SECONDS)
