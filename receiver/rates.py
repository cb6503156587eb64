"""How many requests a second a source may send, where someone has said so."""

from math import ceil
from threading import Lock
from time import monotonic

from flask import current_app
from werkzeug.exceptions import TooManyRequests

from models.settings import settings
from receiver import refusals


class Rates:
    """A token bucket for each source that has a rate, in this process.

    A process grants its share of the rate, since requests come to all processes alike. A bucket
    holds what comes in a second, and at least one request, so that senders may be uneven.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._buckets: dict[str, tuple[float, float]] = {}
        """By source: how many requests it held, and when that was."""
        self._using = Lock()

    def wait(self, source: str, a_second: float, now: float) -> float:
        """Take a request from a source's bucket.

        Returns:
            0, or after how many seconds there is one to take, where there was none.
        """
        share = a_second / self._processes
        with self._using:
            held, since = self._buckets.get(source, (max(1.0, share), now))
            held = min(max(1.0, share), held + (now - since) * share)
            taken = held >= 1
            self._buckets[source] = (held - taken, now)
        return 0 if taken else (1 - held) / share


def refuse_too_many(source: str, requests_per_second: float | None) -> None:
    """Refuse a request of a source that sends faster than it may; where it may, do nothing.

    Raises:
        TooManyRequests: it does; it says when to come back.
    """
    if not requests_per_second:
        return
    wait = current_app.extensions["rates"].wait(source, requests_per_second, monotonic())
    if wait:
        refusals.count(source, "rate")
        raise too_many(requests_per_second, wait)


def too_many(requests_per_second: float, wait: float) -> TooManyRequests:
    """Return the refusal of a request that comes too early by some seconds."""
    return TooManyRequests(
        f"This source may send {requests_per_second:g} requests a second. Nothing was stored: "
        "send it again later.",
        retry_after=max(1, ceil(wait)),
    )


def make() -> Rates:
    """Make the buckets of this process."""
    return Rates(settings().receiver_workers)
