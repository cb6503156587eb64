"""Headers that belong to every answer, whoever gives it."""

from flask import Response

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # a URL of ours may hold a key
    "X-Frame-Options": "DENY",
    "Server": "hookline",  # the server would name itself
}
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy of an answer that is no page; a page says what it needs itself."""


def add(response: Response) -> Response:
    """Add the headers to an answer."""
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if response.mimetype != "text/html":
        response.headers.setdefault("Content-Security-Policy", NO_PAGE)
    return response
