"""One request to Matomo, and all that can go wrong with it, told as one of two errors.

The token goes in the body of a POST: never in a URL, which servers and proxies log. Nothing is
followed elsewhere, and nothing but https is spoken, unless Matomo is on this machine.
"""

import ipaddress
import ssl
from collections.abc import Callable
from functools import cache
from time import monotonic
from typing import Any

import httpx

from models.identity import utc_now
from models.settings import Settings
from models.site_events.errors import MatomoAwayError, MatomoRefusedError
from models.site_events.retry_after import seconds_asked
from tasks.pace import pace_of

MOST_BYTES = 32 * 1024 * 1024
"""Largest answer that is read into memory."""

LONGEST_REST = 2.0
"""Seconds of rest that a request sits out; for longer ones the visitor is taken up later."""

CONNECT_SECONDS = 5


class TooLargeError(MatomoRefusedError):
    """The answer is larger than what is read into memory."""


def post(settings: Settings, file: str, form: dict[str, Any]) -> bytes:
    """Post a form to a file of Matomo's, and read the answer within the time that is allowed.

    Raises:
        MatomoAwayError: it could not be reached, took too long, or is not well.
        MatomoRefusedError: it refused, or the settings do not allow to ask.
        TooLargeError: the answer is larger than what is read at a time.
    """
    root = root_of(settings)
    pace = pace_of(str(root))
    if (rest := pace.rest_left) > LONGEST_REST:
        raise MatomoAwayError("asked-to-wait", retry_after=rest)
    pace.take_turn(settings.matomo_requests_per_second)
    limit = settings.matomo_timeout_seconds
    timeout = httpx.Timeout(limit, connect=min(limit, CONNECT_SECONDS))
    # On this machine no proxy is asked: it would carry the token off it.
    client = httpx.Client(
        timeout=timeout,
        verify=_trusted(),
        follow_redirects=False,
        trust_env=not _is_loopback(root.host),
        headers={"User-Agent": "Hookline", "Accept-Encoding": "gzip"},
    )
    try:
        with client, client.stream("POST", root.join(file), data=form) as response:
            _refuse_bad_status(response, pace.rest)
            return _body(response, monotonic() + limit)
    except httpx.TimeoutException:
        raise MatomoAwayError("timeout") from None
    except httpx.HTTPError:
        raise MatomoAwayError("unreachable") from None


@cache
def _trusted() -> ssl.SSLContext:
    """Load the certificates once: it takes longer than a request."""
    return ssl.create_default_context()


def _refuse_bad_status(response: httpx.Response, rest: Callable[[float], None]) -> None:
    status = response.status_code
    if status == 429 or status >= 500:
        asked = seconds_asked(response.headers.get("Retry-After"), utc_now())
        if asked:
            rest(asked)
        kind = "too-many-requests" if status == 429 else "server-error"
        raise MatomoAwayError(kind, retry_after=asked)
    if 300 <= status < 400:
        raise MatomoRefusedError("redirect")
    if status in (401, 403):
        raise MatomoRefusedError("not-allowed")
    if status >= 400:
        raise MatomoRefusedError("refused")


def _body(response: httpx.Response, end: float) -> bytes:
    body = bytearray()
    for some in response.iter_bytes():
        body += some
        if len(body) > MOST_BYTES:
            raise TooLargeError("too-large")
        if monotonic() > end:  # the client's own limit begins anew with each piece
            raise MatomoAwayError("timeout")
    return bytes(body)


def root_of(settings: Settings) -> httpx.URL:
    """Return Matomo's address.

    Raises:
        MatomoRefusedError: it is none, or would carry the token in the open.
    """
    try:
        root = httpx.URL(settings.matomo_url.rstrip("/") + "/")
    except httpx.InvalidURL:
        raise MatomoRefusedError("wrong-address") from None
    if not root.host or root.scheme not in ("http", "https"):
        raise MatomoRefusedError("wrong-address")
    if root.scheme != "https" and not _is_loopback(root.host):
        raise MatomoRefusedError("https-required")
    return root


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
