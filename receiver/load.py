"""What a process of the receiver has in hand at one time, within bounds: requests, and bodies.

A request that the bounds leave no room for is refused at once, and its sender comes back. Were it
taken all the same, everyone would wait longer and longer, until nobody is answered in time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
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

Receive = Callable[[], Awaitable[dict[str, Any]]]


class Load:
    """The requests in hand. It lives on the event loop alone, and so needs no lock."""

    def __init__(self, bounds: Settings) -> None:
        self._most_requests = bounds.max_requests_in_flight
        self._most_bytes = max(bounds.max_bodies_bytes, bounds.max_body_bytes)
        self._most_bytes_each = bounds.max_body_bytes
        self._seconds = bounds.receive_timeout_seconds
        self._requests = 0
        self._bytes = 0
        self._reading: dict[asyncio.Timeout, float] = {}
        """Bodies that are on their way, the oldest first, and since when."""

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
        started = asyncio.get_running_loop().time()
        limit = asyncio.timeout_at(started + self._seconds)
        self._reading[limit] = started
        try:
            async with limit:
                async for some in _pieces(receive, body):
                    self._add(some, body)
                    limit.reschedule(started + self._seconds + len(body) / SLOWEST_BYTES_A_SECOND)
        except TimeoutError:
            raise (
                self._too_slow(len(body))
                if limit in self._reading
                else _busy("needed the room of a body that was long on its way")
            ) from None
        finally:
            self._reading.pop(limit, None)

    def _add(self, some: bytes, body: bytearray) -> None:
        if len(body) + len(some) > self._most_bytes_each:
            raise self._too_large()
        if self._bytes + len(some) > self._most_bytes:
            raise _busy("holds as much of bodies as it may")
        self._bytes += len(some)
        body += some

    def _end_the_slowest(self) -> bool:
        """Have the body that has been on its way longest make room, unless it is new itself."""
        for limit, started in self._reading.items():
            now = asyncio.get_running_loop().time()
            if now - started < GRACE_SECONDS:
                return False
            del self._reading[limit]
            limit.reschedule(now)
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


async def _pieces(receive: Receive, body: bytearray) -> Any:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest(f"The body broke off after {len(body)} bytes. Send it again.")
        more = message.get("more_body", False)
        yield message.get("body", b"")


def _busy(why: str) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"The receiver {why}. Nothing was stored. Send it again.", retry_after=RETRY_AFTER_SECONDS
    )
