"""Contact: a person."""

from datetime import date
from uuid import UUID

from models.entity import Entity, lookup, text


class Contact(Entity, table=True):
    """A person, with what identifies and describes them."""

    name: str | None = text()
    """The full name."""
    given_name: str | None = text(100)
    middle_name: str | None = text(100)
    surname: str | None = text(100)
    email: str | None = text()
    is_email_confirmed: bool | None = None
    mobile_phone: str | None = text(50)
    phone: str | None = text(50)
    birth_date: date | None = None
    age: int | None = None
    account: str | None = text()
    job_title: str | None = text()
    country_id: UUID | None = lookup("country")
    city: str | None = text()
    address: str | None = text(500)
    zip: str | None = text(50)
    source_id: UUID | None = lookup("lead_source")
    channel_id: UUID | None = lookup("channel")
    register_method_id: UUID | None = lookup("register_method")
    customer_need_id: UUID | None = lookup("customer_need")
    notes: str | None = text(None)
