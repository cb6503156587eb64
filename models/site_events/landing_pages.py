"""Which landing page a form belongs to: by its id, or by the longest URL that its page begins with.

Scheme, `www.`, the case of the host and a slash at the end do not matter. Paths are compared part
by part, so that a page at `/b` has the forms of `/b/c`, and not those of `/bc`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

from models.lookups import LandingPage

_DEFAULT_PORTS = {"http": 80, "https": 443}
_JOINED = re.compile(r",\s*(?=https?://)", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """A URL in the parts that count."""

    host: str
    path: tuple[str, ...]
    query: frozenset[tuple[str, str]]

    def begins_with(self, prefix: "Address") -> bool:
        """Say whether the page at this address is the one of the prefix, or below it."""
        return (
            self.host == prefix.host
            and self.path[: len(prefix.path)] == prefix.path
            and prefix.query <= self.query
        )

    @property
    def length(self) -> tuple[int, int]:
        """Return what makes one prefix longer than another."""
        return len(self.path), len(self.query)


def landing_page_of(
    landing_page_id: UUID | None, page_url: str | None, pages: Iterable[LandingPage]
) -> LandingPage | None:
    """Find the landing page of a form; its id counts more than its URL.

    Of two pages with the same URL it is the one that was made first.
    """
    if not (pages := sorted(pages, key=lambda page: page.id)):
        return None
    for page in pages:
        if page.id == landing_page_id:
            return page
    if not page_url or (address := address_of(page_url)) is None:
        return None
    found = [
        (prefix.length, page)
        for page in pages
        if page.url and (prefix := address_of(page.url)) and address.begins_with(prefix)
    ]
    return max(found, key=lambda each: each[0])[1] if found else None


def address_of(url: str) -> Address | None:
    """Take a URL apart, None where it is none. One that a form sent twice, joined, counts once.

    A query counts as part of a prefix, since some sites tell their pages apart by it alone.
    """
    url = _JOINED.split(url.strip())[0]
    if "://" not in url:
        url = f"https://{url.lstrip('/')}"
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if not host or parts.scheme.lower() not in _DEFAULT_PORTS:
        return None
    if port and port != _DEFAULT_PORTS[parts.scheme.lower()]:
        host = f"{host}:{port}"
    return Address(
        host=host.removeprefix("www."),
        path=tuple(unquote(part) for part in parts.path.split("/") if part),
        query=frozenset(parse_qsl(parts.query, keep_blank_values=True)),
    )
