"""Web sessions and web actions: what Matomo recorded of a contact, and the lookups it fills."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

import models.entities.contact
import models.lookups  # noqa: F401  sessions point to its tables
from models.entity import Lookup, lookup, money, text
from models.site_events.tracking import WebVisitor  # noqa: F401  and to its

KEY_LENGTH = 250
URL_LENGTH = 2000


class ActionType(Lookup, table=True):
    """A kind of action by Matomo's code: `action`, `download`, `goal`. Made when first seen."""

    __tablename__ = "action_type"


class ReferrerType(Lookup, table=True):
    """A kind of referrer by Matomo's code: `direct`, `search`, `campaign`. Made when first seen."""

    __tablename__ = "referrer_type"


class WebPage(SQLModel, table=True):
    """A page by its name and its URL without the query. Made when first seen.

    Its id is made of both, so that no index over texts this long is needed to keep it unique.
    """

    __tablename__ = "web_page"

    id: UUID = Field(primary_key=True)
    name: str | None = text()
    url: str = Field(max_length=URL_LENGTH)


class WebSession(SQLModel, table=True):
    """A visit of a contact. Its id is made of the site and Matomo's number of the visit."""

    __tablename__ = "web_session"
    __table_args__ = (UniqueConstraint("matomo_site_id", "visit_id"),)

    id: UUID = Field(primary_key=True)
    contact_id: UUID = Field(foreign_key="contact.id", index=True)
    web_visitor_id: UUID = Field(foreign_key="web_visitor.id", index=True)
    matomo_site_id: int
    visit_id: int = Field(sa_type=BigInteger)
    started_at: datetime | None = None
    last_action_at: datetime | None = None
    duration_seconds: int | None = None
    action_count: int | None = None
    country: str | None = text()
    country_code: str | None = text(10)
    country_id: UUID | None = lookup("country")
    region: str | None = text()
    city: str | None = text()
    location: str | None = text(50)
    """Latitude and longitude, with a comma between them."""
    source_id: UUID | None = lookup("lead_source")
    channel_id: UUID | None = lookup("channel")
    referrer_type_id: UUID | None = lookup("referrer_type")
    referrer_name: str | None = text()
    referrer_keyword: str | None = text()
    referrer_url: str | None = text(URL_LENGTH)
    utm_id: str | None = text()
    utm_source: str | None = text()
    utm_medium: str | None = text()
    utm_campaign: str | None = text()
    utm_term: str | None = text()
    utm_content: str | None = text()
    platform: str | None = text()
    device: str | None = text()
    ip: str | None = text(50)
    fingerprint: str = Field(max_length=64)
    """SHA-256 of what was read of the visit: one that is the same is not written again."""
    fetched_at: datetime
    """When the visit was last written."""


class WebAction(SQLModel, table=True):
    """What a contact did in a session: a page viewed, a download, a search, an order."""

    __tablename__ = "web_action"
    __table_args__ = (UniqueConstraint("web_session_id", "action_key"),)

    id: UUID = Field(primary_key=True)
    web_session_id: UUID = Field(foreign_key="web_session.id")
    action_key: str = Field(max_length=KEY_LENGTH)
    """Which action of the visit it is: Matomo's number of it, or else what tells it apart."""
    position: int
    """Its place in the visit, from 0."""
    started_at: datetime | None = None
    action_type_id: UUID = Field(foreign_key="action_type.id")
    web_page_id: UUID | None = Field(default=None, foreign_key="web_page.id", index=True)
    page_url: str | None = text(URL_LENGTH)
    title: str | None = text()
    seconds_spent: int | None = None
    label: str | None = text()
    """What it was about: the event's name, the words searched for, the goal, the order's number."""
    event_category: str | None = text()
    event_action: str | None = text()
    amount: Decimal | None = money()
    """The event's value, or the revenue of a goal or order."""
