"""How fast a long job goes, so that those who work beside it do not wait."""

FIRST_ROWS = 20
BATCH_SECONDS = 0.01
"""How long the work of one transaction should take: on SQLite, nobody else writes meanwhile."""

LEAST_ROWS = 20
"""On a machine that is overloaded, even one row takes longer than that, and the job must go on."""

PAUSE_SHARE = 3
LEAST_PAUSE_SECONDS = 0.02
MOST_PAUSE_SECONDS = 1


def next_size(size: int, seconds: float, most: int) -> int:
    """Return how many rows the next transaction takes, given how long the last one worked.

    A row may hold a byte or ten mebibytes, so that a number of rows alone says nothing of time.
    What a transaction costs with any number of rows, its wait and its commit, is not to be in the
    time: else it would get smaller and smaller, and dearer by the row.
    """
    fitting = int(size * BATCH_SECONDS / max(seconds, 0.001))
    return min(max(LEAST_ROWS, min(fitting, 2 * size)), most)


def pause_after(seconds: float) -> float:
    """Return how long to pause after a transaction: so that most of the time is others'.

    Who waits for SQLite's writer looks for it at growing intervals, and misses a short pause.
    """
    return min(max(PAUSE_SHARE * seconds, LEAST_PAUSE_SECONDS), MOST_PAUSE_SECONDS)
