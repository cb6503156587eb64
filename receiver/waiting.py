"""How requests wait until the writer has stored their webhooks: in a thread, or on the event loop.

A request on the loop waits as one in a thread does, within a greenlet: the view reads the same.
What comes in one turn of the loop is handed over together, so that under load there are few and
large batches.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any
from uuid import UUID

from sqlalchemy.util import await_
from sqlalchemy.util.concurrency import in_greenlet

in_greenlet()  # the first call sets SQLAlchemy's greenlets up, and two threads at once would fail


class Waiting:
    """A webhook, and the request that waits until it is on disk."""

    def __init__(self, webhook: dict[str, Any]) -> None:
        self.webhook = webhook
        self.stored_as: UUID = webhook["id"]
        self.error: Exception | None = None
        self.is_done = False
        self.go_on: Callable[[], object] = lambda: None


class Batch(list[Waiting]):
    """What was handed over together."""

    def tell(self) -> None:
        """Let its requests go on: the writer has done with it, well or not."""
        for each in self:
            each.is_done = True
            each.go_on()


class BatchOnLoop(Batch):
    """One whose requests wait on an event loop, which alone may touch what they wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self.timer: asyncio.TimerHandle | None = None

    def tell(self) -> None:
        """Let its requests go on, by one call of the loop."""
        self.loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        if self.timer:
            self.timer.cancel()
        super().tell()

    def give_up(self) -> None:
        """Let those go on that have waited for too long."""
        for each in self:
            each.go_on()


class Handover:
    """Where requests hand over their webhooks, and wait for a bounded time."""

    def __init__(self, hand_over: Callable[[Batch], None], seconds: float) -> None:
        self._hand_over = hand_over
        self._seconds = seconds
        self._open: BatchOnLoop | None = None

    def wait(self, webhook: dict[str, Any]) -> Waiting:
        """Hand a webhook over, and return once the writer is done with it, or the time is over."""
        mine = Waiting(webhook)
        if in_greenlet():
            self._wait_on_loop(mine)
        else:
            self._wait_in_thread(mine)
        return mine

    def _wait_in_thread(self, mine: Waiting) -> None:
        done = Event()
        mine.go_on = done.set
        self._hand_over(Batch([mine]))
        done.wait(self._seconds)

    def _wait_on_loop(self, mine: Waiting) -> None:
        if self._open is None:
            self._open = BatchOnLoop()
            self._open.loop.call_soon(self._close)
        future = self._open.loop.create_future()
        mine.go_on = partial(_resolve, future)
        self._open.append(mine)
        await_(future)

    def _close(self) -> None:
        """Hand over what has come in this turn of the loop."""
        assert self._open is not None  # noqa: S101  who opened it has asked for this
        batch, self._open = self._open, None
        batch.timer = batch.loop.call_later(self._seconds, batch.give_up)
        self._hand_over(batch)


def _resolve(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
