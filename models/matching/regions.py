"""Which country a phone number without a country code is from."""

from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

import pycountry
from sqlmodel import Session, select

from models.lookups import Country
from models.settings import settings
from models.source import WebhookSource

EVERYDAY_NAMES = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "holland": "NL",
    "russia": "RU",
    "turkey": "TR",
}
"""Names that forms offer and ISO 3166 does not know."""


def regions_by_country(session: Session) -> dict[UUID | None, str]:
    """Return the ISO 3166 codes of the countries by their ids."""
    return dict(session.exec(select(Country.id, Country.alpha_2)).all())


def region_of(
    country: str | UUID | None, source: WebhookSource | None, regions: Mapping[UUID | None, str]
) -> str | None:
    """Return where phone numbers are from: the form's country, else the source's, else ours."""
    if isinstance(country, UUID):
        named = regions.get(country)
    else:
        named = region_named(country) if country else None
    return named or (source.region if source else None) or settings().default_region


@lru_cache(maxsize=1000)
def region_named(country: str) -> str | None:
    """Find the ISO 3166 code of two letters for a country's name or code, whatever the case."""
    name = country.strip()
    try:
        return EVERYDAY_NAMES.get(name.casefold()) or pycountry.countries.lookup(name).alpha_2
    except LookupError:
        return None
