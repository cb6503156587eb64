"""How fast requests may follow each other: one pace for all threads of a process."""

from collections.abc import Callable
from functools import cache
from threading import Lock
from time import monotonic, sleep


class Pace:
    """Lets requests begin one after the other, and none while the other side asked for rest."""

    def __init__(
        self, clock: Callable[[], float] = monotonic, wait: Callable[[float], None] = sleep
    ) -> None:
        self._clock, self._wait = clock, wait
        self._lock = Lock()
        self._next = 0.0
        self._rests_until = 0.0

    def rest(self, seconds: float) -> None:
        """Let no request begin for so many seconds."""
        with self._lock:
            self._rests_until = max(self._rests_until, self._clock() + seconds)

    @property
    def rest_left(self) -> float:
        """Return for how many more seconds no request may begin."""
        return max(0.0, self._rests_until - self._clock())

    def take_turn(self, per_second: float) -> None:
        """Wait until a request may begin, so that no more than so many begin a second."""
        with self._lock:
            begins = max(self._clock(), self._next)
            self._next = begins + 1 / per_second
        self._wait(max(0.0, begins - self._clock()))


@cache
def pace_of(url: str) -> Pace:
    """Return the pace of this process towards one address."""
    return Pace()
