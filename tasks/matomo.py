"""The client for Matomo: asks for a visitor's visits, and tells it of a lead."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from prefect.blocks.system import Secret

from models.settings import Settings
from models.site_events.errors import MatomoAwayError, MatomoRefusedError
from models.site_events.visits import Page, read_page
from tasks.posting import TooLargeError, post

FETCHED_PAST = timedelta(days=366)
"""Visits of the past 12 months."""

OVERLAP = timedelta(hours=1)
"""Matomo may write an action down late: so long before the last one known is asked for again."""

PAGE_LENGTHS = (100, 10, 1)
"""Visits that are asked for at a time; fewer, where an answer turns out too large."""

DEFAULT_PAGE = 10
"""Matomo's own page of visits: an answer as long as this may have been cut off."""

MOST_PAGES = 1000


def visits_of(
    settings: Settings, site_id: int, visitor_id: str, since: datetime | None, now: datetime
) -> Iterator[Page]:
    """Fetch a visitor's visits of the past 12 months, page by page, until there are no more.

    Args:
        settings: where Matomo is, and how it is to be treated.
        site_id: the site's number in Matomo.
        visitor_id: 16 hexadecimal digits.
        since: the last action that is known: only visits that went on after it are asked for.
        now: the present moment.

    Raises:
        MatomoAwayError: it could not be reached, or gave no sensible answer.
        MatomoRefusedError: it refused, or the settings do not allow to ask.
    """
    asked = _question(site_id, visitor_id, since, now)
    offset, seen, length = 0, set[int](), PAGE_LENGTHS[0]
    for _ in range(MOST_PAGES):
        answer = None
        while answer is None:
            try:
                limits = {"filter_limit": length, "filter_offset": offset}
                answer = _ask(settings, asked | limits)
            except TooLargeError:
                length = _next_shorter(length)
        page = read_page(answer, visitor_id)
        if not page.received or (page.keys and page.keys <= seen):
            return  # nothing, or Matomo repeats itself
        yield page
        seen |= page.keys
        offset += page.received
        if page.received < min(length, DEFAULT_PAGE) or not page.keys:
            return


def _question(
    site_id: int, visitor_id: str, since: datetime | None, now: datetime
) -> dict[str, Any]:
    # A day more on both sides: the site has a time zone of its own.
    days = (now - FETCHED_PAST, now + timedelta(days=1))
    asked = {
        "module": "API",
        "method": "Live.getLastVisitsDetails",
        "format": "json",
        "idSite": site_id,
        "period": "range",
        "date": ",".join(f"{day:%Y-%m-%d}" for day in days),
        "segment": f"visitorId=={visitor_id}",
        "filter_sort_order": "desc",
    }
    if since is not None:
        asked["minTimestamp"] = int((since - OVERLAP).timestamp())
    return asked


def _next_shorter(length: int) -> int:
    for shorter in PAGE_LENGTHS:
        if shorter < length:
            return shorter
    raise TooLargeError("too-large")


def _ask(settings: Settings, asked: dict[str, Any]) -> Any:
    body = post(settings, "index.php", asked | {"token_auth": token(settings)})
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # a page in HTML, or an answer that broke off
        raise MatomoAwayError("not-json") from None


def tell_of_lead(
    settings: Settings, site_id: int, visitor_id: str, url: str | None, at: datetime
) -> None:
    """Tell Matomo that a visitor's form became a lead, as the setting says: an event or a goal.

    A moment of the last 24 hours needs no token, so that none is sent.

    Raises:
        MatomoAwayError: it could not be reached.
        MatomoRefusedError: it refused.
    """
    told: dict[str, Any] = {
        "idsite": site_id,
        "rec": 1,
        "apiv": 1,
        "_id": visitor_id,
        "cid": visitor_id,
        "url": url or "",
        "cdt": int(at.timestamp()),
        "send_image": 0,
    }
    kind, _, goal = settings.matomo_lead_created.partition(":")
    if kind == "goal":
        told["idgoal"] = int(goal)
    else:
        told |= {"e_c": "Hookline", "e_a": "lead created", "ca": 1}
    post(settings, "matomo.php", told)


def token(settings: Settings) -> str:
    """Return Matomo's token: of the Prefect Secret block that the settings name, or their own.

    Raises:
        MatomoRefusedError: there is no such block.
    """
    if not settings.matomo_token_block:
        return settings.matomo_token.get_secret_value()
    try:
        block: Any = Secret.load(settings.matomo_token_block)
    except ValueError:
        raise MatomoRefusedError("no-token-block") from None
    return str(block.get())
