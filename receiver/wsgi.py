"""How Flask is called for a request that came by ASGI and is there as a whole (PEP 3333)."""

import sys
from collections.abc import Iterable
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from flask import Flask

REFUSAL = "hookline.refusal"
"""Where the environment holds the refusal of a request that is not to be looked at."""
BARE = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


class Answer(NamedTuple):
    """What Flask answers."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def environ_of(scope: dict[str, Any], body: bytes | bytearray) -> dict[str, Any]:
    """Return a request as Flask wants it, every octet of it kept, as latin-1."""
    host, port = (scope.get("server") or ("localhost", 80))[:2]
    return {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    } | _headers(scope["headers"])


def _headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers by their names in the environment; one that comes twice is joined.

    There `X_Forwarded_For` would be the same name as `X-Forwarded-For`, which a proxy sets: as
    with nginx, names with an underscore are left out.
    """
    found: dict[str, str] = {}
    for name, octets in headers:
        if b"_" in name:
            continue
        key = BARE.get(name) or "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        text = octets.decode("latin-1")
        if key in found:
            text = found[key] + ("; " if key == "HTTP_COOKIE" else ",") + text
        found[key] = text
    return found


def call(app: Flask, environ: dict[str, Any]) -> Answer:
    """Have Flask answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        started.append((status, headers))

    pieces = app(environ, start)
    try:
        body = b"".join(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    status, headers = started[-1]
    return Answer(
        int(status[:3]),
        [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers],
        body,
    )
