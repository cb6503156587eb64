"""Lead: someone's interest, before anyone has talked to them."""

from uuid import UUID

from models.entity import Entity, lookup, text


class Lead(Entity, table=True):
    """A person's or company's interest in what we sell."""

    contact_id: UUID | None = lookup("contact", index=True)
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
