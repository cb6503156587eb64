"""Where a person came from: channel and source, of campaign marks, click ids and the referrer.

The order is that of the original's documentation. Channel: utm_medium, else the default channel of
utm_source, else a click id means search ads, else a known referrer's, else any other referrer means
another website, else direct traffic. Source: utm_source, else utm_medium without it means another
source, else the click id's, else a known referrer's, else another website; else none.

Rows of the lookups are found by their name or one of their codes, and never made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

SEARCH_ADS = "Search ads"
OTHER_WEBSITE_CHANNEL = "Redirected from another website"
DIRECT = "Direct traffic"
GOOGLE_ADS = "Google Ads"
OTHER_SOURCE = "Other source"
OTHER_WEBSITE = "Other website"

CLICK_IDS = ("gclid", "gbraid", "wbraid")


@dataclass(frozen=True)
class AttributionColumns:
    """Which columns of an entity say where its person came from."""

    source: str
    channel: str
    page_url: str | None = None
    referrer_url: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    click_id: str | None = None


class _Row(Protocol):
    id: UUID
    name: str
    codes: str | None


class _SourceRow(_Row, Protocol):
    sites: str | None
    channel_id: UUID | None


@dataclass(frozen=True)
class Marks:
    """What came along with a visitor."""

    source: str | None = None
    medium: str | None = None
    click_id: str | None = None
    referrer: str | None = None
    """The host they came from, where it is not the page's own."""


class Attribution:
    """The lookups of channels and sources, as they stand for a batch."""

    def __init__(self, channels: Iterable[_Row], sources: Iterable[_SourceRow]) -> None:
        sources = list(sources)
        self._channels = _by_code(channels)
        self._sources = _by_code(sources)
        self._default_channels = {each.id: each.channel_id for each in sources}
        self._sites = {site: each.id for each in sources for site in _words(each.sites)}

    def channel(self, marks: Marks) -> UUID | None:
        """Return the channel that these marks mean, None where the lookup has no such row."""
        source = self._sources.get(_folded(marks.source))
        if marks.medium:
            return self._channels.get(_folded(marks.medium))
        if marks.source and source and self._default_channels[source]:
            return self._default_channels[source]
        if marks.click_id:
            return self._channels.get(_folded(SEARCH_ADS))
        if marks.referrer:
            known = self._site(marks.referrer)
            return (known and self._default_channels[known]) or self._channels.get(
                _folded(OTHER_WEBSITE_CHANNEL)
            )
        return None if marks.source else self._channels.get(_folded(DIRECT))

    def source(self, marks: Marks) -> UUID | None:
        """Return the source that these marks mean, None where the lookup has no such row."""
        if marks.source:
            return self._sources.get(_folded(marks.source))
        if marks.medium:
            return self._sources.get(_folded(OTHER_SOURCE))
        if marks.click_id:
            return self._sources.get(_folded(GOOGLE_ADS))
        if marks.referrer:
            return self._site(marks.referrer) or self._sources.get(_folded(OTHER_WEBSITE))
        return None

    def _site(self, host: str) -> UUID | None:
        """Find a known site by its host or a host that it is part of: sub-domains count."""
        labels = host.split(".")
        parents = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self._sites[each] for each in parents if each in self._sites), None)


def marks_of(columns: AttributionColumns, values: Mapping[str, Any]) -> Marks:
    """Read the marks off a record: its own columns first, then the address of its page."""

    def value(column: str | None) -> str | None:
        return values.get(column) if column else None

    page = _split(value(columns.page_url))
    query = {name.lower(): mark for name, mark in parse_qsl(page.query)[:100]}
    referrer = _split(value(columns.referrer_url)).hostname
    return Marks(
        source=value(columns.utm_source) or query.get("utm_source"),
        medium=value(columns.utm_medium) or query.get("utm_medium"),
        click_id=value(columns.click_id) or next(filter(None, map(query.get, CLICK_IDS)), None),
        referrer=referrer.removeprefix("www.") if referrer and referrer != page.hostname else None,
    )


def _split(url: str | None) -> Any:
    try:
        return urlsplit(url or "")
    except ValueError:  # such as a bracket that opens no IPv6 address
        return urlsplit("")


def _by_code(rows: Iterable[_Row]) -> dict[str, UUID]:
    rows = list(rows)
    by_code = {code: each.id for each in rows for code in _words(each.codes)}
    return by_code | {_folded(each.name): each.id for each in rows}


def _words(codes: str | None) -> list[str]:
    return [_folded(code) for code in (codes or "").split(",") if code.strip()]


def _folded(text: str | None) -> str:
    return (text or "").strip().casefold()
