"""Where a visit came from: campaign parameters, and the channel and source they stand for.

Channels and sources are found by name, and never made: a name that the lookup lacks stays empty.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from models.site_events.reading import text

UTM = ("id", "source", "medium", "campaign", "term", "content")

_OTHER_NAMES = {
    "id": ("mtm_cid", "pk_cid", "matomo_cid"),
    "source": ("mtm_source", "pk_source"),
    "medium": ("mtm_medium", "pk_medium"),
    "campaign": ("mtm_campaign", "pk_campaign", "piwik_campaign"),
    "term": ("mtm_keyword", "mtm_kwd", "pk_keyword", "pk_kwd"),
    "content": ("mtm_content", "pk_content"),
}
_VISIT_FIELDS = {
    "id": "campaignId",
    "source": "campaignSource",
    "medium": "campaignMedium",
    "campaign": "campaignName",
    "term": "campaignKeyword",
    "content": "campaignContent",
}
_CAMPAIGN_REFERRER = {"campaign": "referrerName", "term": "referrerKeyword"}

_CHANNEL_OF_MEDIUM = {
    **dict.fromkeys(("cpc", "ppc", "paidsearch", "paid search", "sem"), "Search ads"),
    **dict.fromkeys(("email", "e-mail", "newsletter", "mail"), "Email"),
    **dict.fromkeys(("social", "paid social", "paid_social", "social-media"), "Social network"),
    **dict.fromkeys(("display", "banner", "cpm"), "Display ads"),
    **dict.fromkeys(("affiliate", "affiliates"), "Affiliate"),
    "organic": "Organic search",
    "referral": "Redirected from another website",
}
_CHANNEL_OF_REFERRER = {
    "direct": "Direct traffic",
    "search": "Organic search",
    "social": "Social network",
    "website": "Redirected from another website",
}


def utm_of(visit: Mapping[str, Any], entry_url: str | None) -> dict[str, str | None]:
    """Gather a visit's campaign by its `utm_…` columns.

    First what the URL of its first page says, then what Matomo made of it.
    """
    query = _query_of(entry_url)
    from_campaign = visit.get("referrerType") == "campaign"
    found: dict[str, str | None] = {}
    for each in UTM:
        values = [query.get(name) for name in (f"utm_{each}", *_OTHER_NAMES[each])]
        values.append(visit.get(_VISIT_FIELDS[each]))
        if from_campaign and each in _CAMPAIGN_REFERRER:
            values.append(visit.get(_CAMPAIGN_REFERRER[each]))
        found[f"utm_{each}"] = next((made for value in values if (made := text(value))), None)
    return found


def channel_of(referrer_type: str | None, utm_medium: str | None) -> str | None:
    """Name the channel of a visit: by the campaign's medium, else by the kind of referrer."""
    if utm_medium and (channel := _CHANNEL_OF_MEDIUM.get(utm_medium.casefold())):
        return channel
    return _CHANNEL_OF_REFERRER.get(referrer_type or "")


def _query_of(url: str | None) -> dict[str, str]:
    try:
        return {name.lower(): value for name, value in parse_qsl(urlsplit(url or "").query)}
    except ValueError:
        return {}
