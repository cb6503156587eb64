"""Visits and actions in the shapes in which Matomo 5 writes them, its empty values included."""

from typing import Any

Row = dict[str, Any]

PAGE = "https://shop.example/landing"


def _timed(number: int, at: int, kind: str, **fields: Any) -> Row:
    """Make an action that Matomo keeps a number of."""
    common = {
        "type": kind,
        "pageIdAction": str(number % 50),
        "idpageview": "Tl8FTX",
        "serverTimePretty": "Nov 24, 2026 10:00:00",
        "pageId": str(number),
        "timeSpent": "12",
        "timeSpentPretty": "12s",
        "pageviewPosition": "1",
        "icon": None,
        "iconSVG": "plugins/Morpheus/images/link.svg",
        "timestamp": at,
    }
    return common | fields


def page_view(number: int, at: int, url: str = PAGE, title: str = "Landing") -> Row:
    return _timed(number, at, "action", url=url, pageTitle=title, title=title, subtitle=url)


def download(number: int, at: int) -> Row:
    return _timed(number, at, "download", url="https://shop.example/prices.pdf", pageTitle=None)


def outlink(number: int, at: int) -> Row:
    return _timed(number, at, "outlink", url="https://partner.example/", pageTitle=None)


def event(number: int, at: int) -> Row:
    return _timed(
        number,
        at,
        "event",
        url=PAGE,
        pageTitle="",
        eventCategory="Video",
        eventAction="play",
        eventName="Tour",
        eventValue=12.5,
    )


def search(number: int, at: int) -> Row:
    return _timed(
        number,
        at,
        "search",
        url="",
        pageTitle="",
        siteSearchKeyword="red shoes",
        siteSearchCategory="",
        siteSearchCount="3",
    )


def content(number: int, at: int) -> Row:
    return _timed(
        number, at, "contentImpression", url=PAGE, contentName="Banner", contentPiece="b.png"
    )


def goal(at: int) -> Row:
    """Make a conversion, which has no number of its own."""
    return {
        "type": "goal",
        "goalName": "Newsletter",
        "goalId": 4,
        "revenue": 0,
        "goalPageId": "7",
        "url": PAGE,
        "referrerType": "direct",
        "timestamp": at,
        "icon": "plugins/Morpheus/images/goal.svg",
        "title": "Goal conversion",
    }


def order(at: int, kind: str = "ecommerceOrder") -> Row:
    made: Row = {
        "type": kind,
        "orderId": "A-17" if kind == "ecommerceOrder" else "",
        "revenue": "59.90",
        "revenueSubTotal": "50",
        "revenueTax": "9.90",
        "revenueShipping": "",
        "items": "1",
        "itemDetails": [{"itemSKU": "S1", "itemName": "Shoe", "price": 50, "quantity": 1}],
        "timestamp": at,
        "title": "Ecommerce order",
    }
    return made


def every_type(at: int) -> list[Row]:
    """Make one action of each type that Matomo writes."""
    made = [
        kind(1000 + number, at + number)
        for number, kind in enumerate((page_view, download, outlink, event, search, content))
    ]
    return [*made, goal(at + 6), order(at + 7), order(at + 8, "ecommerceAbandonedCart")]


def visit(
    number: int, visitor_id: str, at: int, actions: list[Row], site_id: int = 1, **fields: Any
) -> Row:
    """Make a visit that began at a moment, in seconds since 1970."""
    last = max([at, *(action["timestamp"] for action in actions)])
    common: Row = {
        "idSite": str(site_id),
        "idVisit": str(number),
        "visitIp": "192.0.2.7",
        "visitorId": visitor_id,
        "fingerprint": "c0ffee00c0ffee00",
        "actionDetails": actions,
        "goalConversions": 0,
        "siteCurrency": "EUR",
        "serverTimestamp": at,
        "firstActionTimestamp": at,
        "lastActionTimestamp": last,
        "userId": None,
        "visitorType": "new",
        "visitCount": "1",
        "visitDuration": str(last - at),
        "searches": "0",
        "actions": str(len(actions)),
        "referrerType": "direct",
        "referrerTypeName": "Direct Entry",
        "referrerName": "",
        "referrerKeyword": "",
        "referrerUrl": "",
        "deviceType": "Desktop",
        "operatingSystem": "GNU/Linux",
        "country": "Germany",
        "countryCode": "de",
        "region": "Berlin",
        "city": "Berlin",
        "latitude": "52.520000",
        "longitude": "13.400000",
        "customVariables": [],
    }
    return common | fields
