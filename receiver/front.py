"""What stands before Flask: it takes a request as a whole, and only then needs a thread for it.

A sender may take long over a request, and there may be many such. Each costs a little memory here,
where a thread that waited for each would leave none for the others.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy.orm import configure_mappers
from sqlalchemy.util import greenlet_spawn
from werkzeug.exceptions import BadRequest, HTTPException, RequestHeaderFieldsTooLarge

from models.settings import settings
from receiver import create_app, metrics
from receiver.load import Load, Receive
from receiver.wsgi import REFUSAL, Answer, call, environ_of

THREADS = 8
"""Threads a process that answer requests; they mostly wait for the disk."""
WEBHOOKS = "/webhooks/"
SMALL_BYTES = 64 * 1024
"""A body of this is looked through in a millisecond, even where its event id is within."""
HEAD_BYTES = 64 * 1024
"""The longest URL and headers that are taken, together."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Front:
    """The receiver as an ASGI application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._load = Load(settings())
        self._threads = ThreadPoolExecutor(THREADS, "request")
        self._refusing = ThreadPoolExecutor(1, "refusal")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Read a request within the bounds, have Flask answer it, and send the answer."""
        last, started = is_chunked(scope), perf_counter()
        try:
            with self._load.one_more() as body:
                refuse_long_head(scope)
                await self._load.read(receive, body, announced_by(scope))
                answer = await self._answer(scope, body)
        except HTTPException as refusal:
            answer = await self._refuse(scope, refusal)
            last = True  # the rest of it is not read
        if last:
            answer.headers.append((b"connection", b"close"))
        await _send(send, answer)
        metrics.count_answer(scope["path"], answer.status, perf_counter() - started)

    async def _refuse(self, scope: dict[str, Any], refusal: HTTPException) -> Answer:
        """Have Flask find the words, at once: this needs no disk.

        The server closes a connection once nobody holds it, and what an exception remembers of
        where it was raised does so until Python's collector runs. So this one forgets it, and Flask
        is called in another thread: what it raises remembers that thread alone.
        """
        refusal.__context__ = None
        environ = environ_of(scope, b"") | {REFUSAL: refusal.with_traceback(None)}
        return await self._in(self._refusing, environ)

    async def _in(self, threads: ThreadPoolExecutor, environ: dict[str, Any]) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, call, self._app, environ)

    async def _answer(self, scope: dict[str, Any], body: bytearray) -> Answer:
        """Have Flask answer: here, where it will do nothing but compute and wait for the writer.

        Two hand-overs from thread to thread cost more than all that Flask does. What may wait for
        something else is done by a thread, so that it holds up no one.
        """
        environ = environ_of(scope, body)
        if len(body) <= SMALL_BYTES and self._is_at_hand(scope):
            return await greenlet_spawn(call, self._app, environ)
        return await self._in(self._threads, environ)

    def _is_at_hand(self, scope: dict[str, Any]) -> bool:
        """Say whether a request is a webhook whose key is known, and the writer takes it."""
        if scope["method"] != "POST" or not scope["path"].startswith(WEBHOOKS):
            return False
        known: bool = self._app.extensions["keys"].knows(scope["path"].removeprefix(WEBHOOKS))
        return known and not self._app.extensions["writer"].hangs


async def _send(send: Send, answer: Answer) -> None:
    start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})


def announced_by(scope: dict[str, Any]) -> int | None:
    """Return the length that the headers announce, None where there is none.

    Raises:
        BadRequest: it is no number.
    """
    for name, octets in scope["headers"]:
        if name == b"content-length":
            if not octets.isdigit():
                raise BadRequest("Content-Length is no number.")
            return int(octets)
    return None


def is_chunked(scope: dict[str, Any]) -> bool:
    """Say whether the body came without its length.

    RFC 9112, 6.1: another on the way may have seen another end of such a request, so that it is to
    be the last of its connection.
    """
    return any(name == b"transfer-encoding" for name, _ in scope["headers"])


def refuse_long_head(scope: dict[str, Any]) -> None:
    """Refuse a URL and headers that are longer together than is allowed.

    Raises:
        RequestHeaderFieldsTooLarge: they are.
    """
    size = len(scope["raw_path"]) + len(scope["query_string"])
    size += sum(len(name) + len(octets) for name, octets in scope["headers"])
    if size > HEAD_BYTES:
        raise RequestHeaderFieldsTooLarge(
            f"The URL and the headers are larger than the {HEAD_BYTES} bytes that are allowed."
        )


def create_front() -> Front:
    """Make the receiver for a server that speaks ASGI, one a worker process."""
    front = Front(create_app())
    configure_mappers()  # else SQLAlchemy does with the first webhook, and many wait
    # What is there by now stays. Python's collector looked through all of it every few seconds,
    # and everybody waited for a tenth of a second.
    gc.collect()
    gc.freeze()
    return front
