"""Headers that belong to every answer, whoever gives it."""

from flask import Response

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # a URL of ours may hold a key
    "X-Frame-Options": "DENY",
    "Server": "hookline",  # the server would name itself
    "Cache-Control": "no-store",
}
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy of an answer that is no page; a page says what it needs itself."""


def add(response: Response) -> Response:
    """Add the headers to an answer."""
    there = {name.lower() for name, _ in response.headers}
    for name, value in ALWAYS.items():
        if name.lower() not in there:
            response.headers.add(name, value)
    if response.mimetype != "text/html" and "content-security-policy" not in there:
        response.headers.add("Content-Security-Policy", NO_PAGE)
    return response
