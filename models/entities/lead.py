"""Lead: someone's interest, before anyone has talked to them."""

from typing import ClassVar
from uuid import UUID

from models.entity import OfPerson, lookup, text
from models.matching.attribution import AttributionColumns
from models.matching.options import PersonColumns


class Lead(OfPerson, table=True):
    """A person's or company's interest in what we sell."""

    person: ClassVar = PersonColumns(
        full_name="contact",
        emails=("email",),
        phones=("mobile_phone", "business_phone"),
        country="country_id",
        fills={
            "account": "account",
            "job_title": "full_job_title",
            "country_id": "country_id",
            "city": "city_str",
            "address": "address",
            "zip": "zip",
            "source_id": "lead_source_id",
            "channel_id": "lead_medium_id",
            "register_method_id": "register_method_id",
            "customer_need_id": "customer_need_id",
        },
    )
    attribution: ClassVar = AttributionColumns(
        source="lead_source_id",
        channel="lead_medium_id",
        page_url="bpm_href",
        referrer_url="bpm_ref",
        utm_source="utm_source_str",
    )

    lead_name: str | None = text()
    contact: str | None = text()
    """The full name of the person."""
    email: str | None = text()
    mobile_phone: str | None = text(50)
    business_phone: str | None = text(50, code="BusinesPhone")
    account: str | None = text()
    full_job_title: str | None = text()
    country_id: UUID | None = lookup("country")
    country_str: str | None = text()
    region_str: str | None = text()
    city_str: str | None = text()
    address: str | None = text(500)
    zip: str | None = text(50)
    notes: str | None = text(None)
    commentary: str | None = text(None)
    lead_source_id: UUID | None = lookup("lead_source")
    lead_medium_id: UUID | None = lookup("channel")
    register_method_id: UUID | None = lookup("register_method")
    customer_need_id: UUID | None = lookup("customer_need")
    bpm_href: str | None = text(2000)
    bpm_ref: str | None = text(2000)
    utm_source_str: str | None = text()
    utm_campaign_str: str | None = text()
