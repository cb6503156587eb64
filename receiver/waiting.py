"""How a request waits until the writer has stored its webhook: in a thread, or on the event loop."""

import asyncio
from collections.abc import Iterable
from threading import Event
from typing import Any
from uuid import UUID

from sqlalchemy.util import await_
from sqlalchemy.util.concurrency import in_greenlet


class Waiting:
    """A webhook, and the request that waits until it is on disk."""

    def __init__(self, webhook: dict[str, Any]) -> None:
        self.webhook = webhook
        self.stored_as: UUID = webhook["id"]
        self.error: Exception | None = None
        self._done = Event()

    def wait(self, seconds: float) -> bool:
        """Wait, at most for some seconds; say whether the writer is done with it."""
        return self._done.wait(seconds)

    def tell(self) -> None:
        """Let the request go on."""
        self._done.set()


class WaitingOnLoop(Waiting):
    """One whose request runs on the event loop, which serves others meanwhile."""

    def __init__(self, webhook: dict[str, Any]) -> None:
        super().__init__(webhook)
        self.loop = asyncio.get_running_loop()
        self._future = self.loop.create_future()

    def wait(self, seconds: float) -> bool:
        """Have the loop go on until the writer is done, at most for some seconds."""
        done, _ = await_(asyncio.wait([self._future], timeout=seconds))
        return bool(done)

    def tell(self) -> None:
        """Let the request go on: to be called on the loop."""
        if not self._future.done():
            self._future.set_result(None)


def waiting(webhook: dict[str, Any]) -> Waiting:
    """Return what waits as the request that calls can."""
    return WaitingOnLoop(webhook) if in_greenlet() else Waiting(webhook)


def tell(batch: Iterable[Waiting]) -> None:
    """Let the requests of a batch go on; those on the loop are told at once, by one call."""
    on_loop = []
    for each in batch:
        if isinstance(each, WaitingOnLoop):
            on_loop.append(each)
        else:
            each.tell()
    if on_loop:
        on_loop[0].loop.call_soon_threadsafe(_tell_all, on_loop)


def _tell_all(on_loop: list[WaitingOnLoop]) -> None:
    for each in on_loop:
        each.tell()
