"""Where a person came from: the order in which marks tell channel and source."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from models.matching.attribution import Attribution, AttributionColumns, Marks, marks_of


@dataclass
class Row:
    name: str
    codes: str | None = None
    sites: str | None = None
    channel_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)


CHANNELS = [
    Row("Search ads", "cpc, ppc"),
    Row("Organic search", "organic"),
    Row("Email", "email, newsletter"),
    Row("Redirected from another website", "referral"),
    Row("Direct traffic"),
]
CHANNEL = {row.name: row.id for row in CHANNELS}
SOURCES = [
    Row("Google", "google", "google.com, google.de", CHANNEL["Organic search"]),
    Row("Partner", "partner", "partner.example"),
    Row("Google Ads", "adwords", None, CHANNEL["Search ads"]),
    Row("Other source"),
    Row("Other website"),
]
KNOWN = Attribution(CHANNELS, SOURCES)
NAMES = {row.id: row.name for row in [*CHANNELS, *SOURCES]}

CASES = [
    # utm_medium, utm_source, click id, referrer; the channel and the source they mean
    (("cpc", "google", "id", "google.com"), ("Search ads", "Google")),
    ((" CPC ", None, None, None), ("Search ads", "Other source")),
    (("Email", "partner", None, None), ("Email", "Partner")),  # by its name as well
    (("smoke signals", "google", None, None), (None, "Google")),  # no such row: none is made
    (("cpc", "no such source", None, None), ("Search ads", None)),
    ((None, "google", "id", None), ("Organic search", "Google")),  # the source's own channel
    ((None, "partner", "id", None), ("Search ads", "Partner")),  # it has none: the click tells
    ((None, "partner", None, "google.com"), ("Organic search", "Partner")),
    ((None, "partner", None, None), (None, "Partner")),
    ((None, None, "id", "partner.example"), ("Search ads", "Google Ads")),
    ((None, None, None, "google.com"), ("Organic search", "Google")),
    ((None, None, None, "news.google.de"), ("Organic search", "Google")),  # sub-domains count
    ((None, None, None, "notgoogle.de"), ("Redirected from another website", "Other website")),
    ((None, None, None, "partner.example"), ("Redirected from another website", "Partner")),
    ((None, None, None, None), ("Direct traffic", None)),
]


@pytest.mark.parametrize(("marks", "expected"), CASES)
def test_channel_and_source_come_of(
    marks: tuple[str | None, ...], expected: tuple[str | None, ...]
) -> None:
    medium, source, click_id, referrer = marks
    came = Marks(source, medium, click_id, referrer)
    channel_id, source_id = KNOWN.channel(came), KNOWN.source(came)
    assert (
        channel_id and NAMES[channel_id],
        source_id and NAMES[source_id],
    ) == expected


COLUMNS = AttributionColumns(
    "source_id", "channel_id", "page_url", "referrer_url", "utm_source", "utm_medium", "gclid"
)
PAGE = "https://shop.example/spring"
RECORDS = [
    # what the record says, and the marks in it
    ({}, Marks()),
    ({"utm_source": "google"}, Marks(source="google")),
    ({"page_url": f"{PAGE}?utm_source=google&utm_medium=cpc"}, Marks("google", "cpc")),
    ({"page_url": f"{PAGE}?UTM_Source=google"}, Marks("google")),
    ({"page_url": f"{PAGE}?gclid=abc"}, Marks(click_id="abc")),
    ({"page_url": f"{PAGE}?wbraid=abc"}, Marks(click_id="abc")),
    ({"page_url": f"{PAGE}?utm_source=bing", "utm_source": "google"}, Marks("google")),
    ({"page_url": PAGE, "referrer_url": "https://www.google.com/"}, Marks(referrer="google.com")),
    ({"page_url": PAGE, "referrer_url": "https://shop.example/"}, Marks()),  # the site itself
    ({"page_url": "http://[", "referrer_url": "http://["}, Marks()),
    ({"page_url": "not a page", "referrer_url": ""}, Marks()),
]


@pytest.mark.parametrize(("record", "marks"), RECORDS)
def test_marks_are_read_off_columns_first_and_then_the_page(
    record: dict[str, str], marks: Marks
) -> None:
    assert marks_of(COLUMNS, record) == marks
