"""The lookups that entities point to by id. Their first rows come with the migrations."""

from uuid import UUID

from sqlmodel import Field, SQLModel

from models.entity import Lookup


class Country(Lookup, table=True):
    """A country, by its name and ISO 3166 code of two letters."""

    alpha_2: str = Field(max_length=2, unique=True)


class Channel(Lookup, table=True):
    """A way by which people come: search ads, social networks, direct traffic."""

    codes: str | None = Field(default=None, max_length=1000)
    """What utm_medium says for it, separated by commas."""


class LeadSource(Lookup, table=True):
    """Where exactly people came from: a search engine, a network, a partner's site."""

    __tablename__ = "lead_source"

    codes: str | None = Field(default=None, max_length=1000)
    """What utm_source says for it, separated by commas."""
    sites: str | None = Field(default=None, max_length=1000)
    """The hosts that refer from it, separated by commas; their sub-domains count."""
    channel_id: UUID | None = Field(default=None, foreign_key="channel.id")
    """The channel where nothing else tells it."""


class RegisterMethod(Lookup, table=True):
    """How a person came to be registered: by a landing page, an incoming call, by hand."""

    __tablename__ = "register_method"


class CustomerNeed(Lookup, table=True):
    """What a person wants: a product or service."""

    __tablename__ = "customer_need"


class LandingPage(Lookup, table=True):
    """A page that sends us forms, configured or not to track what visitors do there."""

    __tablename__ = "landing_page"

    url: str | None = Field(default=None, max_length=2000)
    matomo_site_id: int | None = None
    tracking: bool = False


class LookupAlias(SQLModel, table=True):
    """Another name that senders use for a row of a lookup."""

    __tablename__ = "lookup_alias"

    lookup: str = Field(max_length=100, primary_key=True)
    """The lookup's table."""
    name: str = Field(max_length=250, primary_key=True)
    """As it was given; case and accents make no difference."""
    row_id: UUID


class LookupSetting(SQLModel, table=True):
    """How a lookup is dealt with."""

    __tablename__ = "lookup_setting"

    lookup: str = Field(max_length=100, primary_key=True)
    """The lookup's table."""
    creates_missing: bool = False
    """Whether a name that it does not hold becomes a row of it."""
