"""A Matomo that answers like one, over real HTTP: visits, paging, tracking, and every fault.

`python -m tests.matomo PORT` starts one that knows a few visits of whatever visitor it is asked.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import Thread
from time import sleep, time
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.matomo_shapes import PAGE, Row, download, every_type, page_view, visit

TOKEN = "0123456789abcdef0123456789abcdef"
FILES = ("/index.php", "/matomo.php")
DAY = 24 * 60 * 60

Fault = Callable[[], Response]


@dataclass
class FakeMatomo:
    """What a Matomo knows, what it was asked, and how it is to misbehave."""

    visits: dict[tuple[int, str], list[Row]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    """The questions in the order that they came, without the token."""
    told: list[dict[str, str]] = field(default_factory=list)
    """What the tracking side was told."""
    urls: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    """What to do instead of answering, for the next requests, one each."""
    always: Fault | None = None
    """What to do instead of answering, for all requests."""
    invent: Callable[[str, int], list[Row]] | None = None
    """Makes the visits of a visitor, by their id and site, that nobody added."""
    ignores_paging: bool = False
    url: str = ""

    def add(self, visitor_id: str, *visits: Row, site_id: int = 1) -> None:
        """Let a visitor have these visits as well."""
        self.visits.setdefault((site_id, visitor_id), []).extend(visits)

    def answer(self, request: Request) -> Response:
        """Answer one request, or misbehave."""
        if request.path not in FILES:
            return Response(status=404)
        self.urls.append(request.url)
        form = request.form.to_dict()
        may_ask = form.pop("token_auth", "") == TOKEN
        tracks = request.path.endswith("matomo.php")
        (self.told if tracks else self.asked).append(form)
        if self.always or self.faults:
            return (self.always or self.faults.pop(0))()
        if tracks:
            return Response(status=204)
        if not may_ask or request.method != "POST":
            return error_object()
        return as_json(self._page(form))

    def _page(self, form: dict[str, str]) -> list[Row]:
        visitor_id = form["segment"].removeprefix("visitorId==")
        site_id = int(form["idSite"])
        known = self.visits.get((site_id, visitor_id), [])
        if self.invent and not known:
            known = self.invent(visitor_id, site_id)
        since = int(form.get("minTimestamp", 0))
        found = [each for each in known if int(each.get("lastActionTimestamp") or 0) > since]
        found.sort(key=lambda each: -int(each.get("lastActionTimestamp") or 0))
        if self.ignores_paging:
            return found[:10]
        offset, limit = int(form.get("filter_offset", 0)), int(form.get("filter_limit", 10))
        return found[offset : offset + limit]


@cache
def plausible(visitor_id: str, site_id: int) -> list[Row]:
    """Make three visits, the last of them still going on."""
    first = int(visitor_id, 16) % 10**9 * 10
    now = int(time())
    ad = f"{PAGE}?utm_source=google&utm_medium=cpc&utm_campaign=autumn"
    return [
        visit(
            first + number,
            visitor_id,
            at,
            [page_view(first * 10 + number, at, url), *more],
            site_id,
        )
        for number, at, url, more in (
            (1, now - 9 * DAY, ad, [download(first * 10 + 5, now - 9 * DAY + 40)]),
            (2, now - 2 * DAY, PAGE, every_type(now - 2 * DAY)),
            (3, now - 120, PAGE, []),
        )
    ]


def as_json(answer: Any) -> Response:
    return Response(json.dumps(answer), content_type="application/json; charset=utf-8")


def error_object() -> Response:
    message = "You can't access this resource as it requires 'view' access for the website id = 1."
    return as_json({"result": "error", "message": message})


def server_error() -> Response:
    return Response("<h1>Oops</h1>", status=500, content_type="text/html")


def html() -> Response:
    return Response("<!DOCTYPE html><title>Matomo is being updated</title>", status=200)


def too_many(retry_after: str = "120") -> Response:
    return Response("slow down", status=429, headers={"Retry-After": retry_after})


def elsewhere() -> Response:
    return Response(status=302, headers={"Location": "https://other.example/index.php"})


def not_allowed() -> Response:
    return Response(status=403)


def broken_off() -> Response:
    """Announce more than is sent."""
    headers = {"Content-Length": "5000", "Connection": "close"}
    return Response(iter([b'[{"idVisit": "1", ']), headers=headers)


def slow_to_end(seconds: float = 1.5) -> Response:
    """Send a part, and the rest after the asker has lost patience."""

    def _parts() -> Iterator[bytes]:
        yield b'[{"idVisit": '
        sleep(seconds)
        yield b'"1"}]'

    return Response(_parts(), content_type="application/json")


@contextmanager
def matomo(
    port: int = 0, invent: Callable[[str, int], list[Row]] | None = None
) -> Iterator[FakeMatomo]:
    """Run a Matomo on loopback, on a port or on any that is free."""
    fake = FakeMatomo(invent=invent)
    answer = Request.application(fake.answer)
    server = make_server("127.0.0.1", port, answer, threaded=True, request_handler=_Quiet)
    fake.url = f"http://127.0.0.1:{server.port}"
    serving = Thread(target=server.serve_forever, args=[0.01], daemon=True)  # it ends so soon
    serving.start()
    try:
        yield fake
    finally:
        server.shutdown()
        serving.join()


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Say nothing of each request."""


def main(port: int) -> None:
    """Run a Matomo that knows anybody, until it is interrupted."""
    with matomo(port, plausible) as fake:
        print(f"A Matomo to try things with: {fake.url}, its token {TOKEN}", flush=True)
        try:
            while True:
                sleep(60)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main(int(sys.argv[1]))
