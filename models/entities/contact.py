"""Contact: a person."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlmodel import Field

from models.entity import Entity, lookup, text
from models.matching.options import PersonColumns


class Contact(Entity, table=True):
    """A person, with what identifies and describes them."""

    person: ClassVar = PersonColumns(
        full_name="name",
        given_name="given_name",
        middle_name="middle_name",
        surname="surname",
        emails=("email",),
        phones=("mobile_phone", "phone"),
        country="country_id",
        fills={
            column: column
            for column in (
                "is_email_confirmed birth_date age account job_title country_id city address zip "
                "source_id channel_id register_method_id customer_need_id notes"
            ).split()
        },
    )

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
    clues_for: str | None = Field(
        default=None, max_length=100, index=True, sa_column_kwargs={"info": {"ours_alone": True}}
    )
    """What its clues were built for; where it is not what the settings say, they are built anew.

    Set it to NULL after changing a contact's name by SQL, or its communication options.
    """
