"""What a process of the receiver has in hand at one time, within bounds: requests, and bodies.

A request that the bounds leave no room for is refused at once, and its sender comes back. Were it
taken all the same, everyone would wait longer and longer, until nobody is answered in time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from werkzeug.exceptions import (
    BadRequest,
    RequestEntityTooLarge,
    RequestTimeout,
    ServiceUnavailable,
)

from models.settings import Settings

RETRY_AFTER_SECONDS = 5
SLOWEST_BYTES_A_SECOND = 64 * 1024
"""A body may take its time, and a second more for each of these."""
GRACE_SECONDS = 1.0
"""Who has sent for longer than this makes room for others, where there is none."""

LOOK_EVERY_SECONDS = 0.25
"""How often it is looked whether a body has taken too long."""
TOO_SLOW = "too slow"

Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(eq=False)
class _Reading:
    """A body that is on its way."""

    task: "asyncio.Task[object]"
    started: float
    ends: float
    """When it has taken too long."""
    why: str | None = None
    """Why it was ended."""


class Load:
    """The requests in hand. It lives on the event loop alone, and so needs no lock."""

    def __init__(self, bounds: Settings) -> None:
        self._most_requests = bounds.max_requests_in_flight
        self._most_bytes = max(bounds.max_bodies_bytes, bounds.max_body_bytes)
        self._most_bytes_each = bounds.max_body_bytes
        self._seconds = bounds.receive_timeout_seconds
        self._requests = 0
        self._bytes = 0
        self._reading: dict[_Reading, None] = {}
        """Bodies that are on their way, the oldest first."""
        self._looks: asyncio.TimerHandle | None = None

    @contextmanager
    def one_more(self) -> Iterator[bytearray]:
        """Take a request in hand, and yield the body to read into.

        Raises:
            ServiceUnavailable: there are too many already.
        """
        if self._requests >= self._most_requests and not self._end_the_slowest():
            raise _busy("has as many requests in hand as it may")
        body = bytearray()
        self._requests += 1
        try:
            yield body
        finally:
            self._requests -= 1
            self._bytes -= len(body)

    async def read(self, receive: Receive, body: bytearray, announced: int | None) -> None:
        """Read a body to its end.

        Raises:
            RequestEntityTooLarge: more octets were announced, or came, than the limit allows.
            BadRequest: it broke off.
            RequestTimeout: it came too slowly.
            ServiceUnavailable: others need the room.
        """
        if announced is not None and announced > self._most_bytes_each:
            raise self._too_large()
        mine = self._begin()
        try:
            while await self._add_piece(receive, body):
                mine.ends = mine.started + self._seconds + len(body) / SLOWEST_BYTES_A_SECOND
        except asyncio.CancelledError:
            if mine.why is None:
                raise  # it is not we who ended it
            mine.task.uncancel()
            raise self._too_slow(len(body)) if mine.why is TOO_SLOW else _busy(mine.why) from None
        finally:
            self._reading.pop(mine, None)

    def _begin(self) -> "_Reading":
        """Note that a body is on its way.

        All of them are looked through now and then: a timer for each would take a tenth of the
        time that a webhook takes.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101  the server runs each request in one
        now = loop.time()
        mine = _Reading(task, now, now + self._seconds)
        self._reading[mine] = None
        if self._looks is None:
            self._looks = loop.call_later(LOOK_EVERY_SECONDS, self._look)
        return mine

    def _look(self) -> None:
        """End those that have taken too long, and look again while there are any."""
        loop = asyncio.get_running_loop()
        for each in [each for each in self._reading if each.ends <= loop.time()]:
            self._end(each, TOO_SLOW)
        again = self._reading and loop.call_later(LOOK_EVERY_SECONDS, self._look)
        self._looks = again or None

    def _end(self, reading: "_Reading", why: str) -> None:
        del self._reading[reading]
        reading.why = why
        reading.task.cancel()

    async def _add_piece(self, receive: Receive, body: bytearray) -> bool:
        """Read a piece of a body, and say whether more is to come."""
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest(f"The body broke off after {len(body)} bytes. Send it again.")
        self._add(message.get("body", b""), body)
        more: bool = message.get("more_body", False)
        return more

    def _add(self, some: bytes, body: bytearray) -> None:
        if len(body) + len(some) > self._most_bytes_each:
            raise self._too_large()
        if self._bytes + len(some) > self._most_bytes:
            raise _busy("holds as much of bodies as it may")
        self._bytes += len(some)
        body += some

    def _end_the_slowest(self) -> bool:
        """Have the body that has been on its way longest make room, unless it is new itself."""
        for oldest in self._reading:
            if asyncio.get_running_loop().time() - oldest.started < GRACE_SECONDS:
                return False
            self._end(oldest, "needed the room of a body that was long on its way")
            return True
        return False

    def _too_large(self) -> RequestEntityTooLarge:
        most = self._most_bytes_each
        return RequestEntityTooLarge(f"The body is larger than the {most} bytes that are allowed.")

    def _too_slow(self, received: int) -> RequestTimeout:
        return RequestTimeout(
            f"The body came too slowly: {received} bytes. It may take {self._seconds:g} seconds, "
            f"and a second more for each {SLOWEST_BYTES_A_SECOND} bytes. Send it again."
        )


def _busy(why: str) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"The receiver {why}. Nothing was stored. Send it again.", retry_after=RETRY_AFTER_SECONDS
    )
