"""FormSubmit: a form that a person submitted on a landing page."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from models.entity import OfPerson, lookup, text
from models.matching.attribution import AttributionColumns
from models.matching.options import PersonColumns


class FormSubmit(OfPerson, table=True):
    """A submitted form: what the person wrote, kept as text, and where they came from."""

    __tablename__ = "form_submit"

    aliases: ClassVar = ("SubmittedForm", "Submitted form", "Submission")
    person: ClassVar = PersonColumns(
        full_name="full_name",
        given_name="first_name",
        middle_name="middle_name",
        surname="last_name",
        emails=("email",),
        phones=("mobile_phone", "phone"),
        country="country_str",
        fills={
            "account": "account",
            "birth_date": "birth_date",
            "city": "city_str",
            "source_id": "source_id",
            "channel_id": "channel_id",
            "register_method_id": "register_method_id",
            "customer_need_id": "customer_need_id",
        },
    )
    attribution: ClassVar = AttributionColumns(
        source="source_id",
        channel="channel_id",
        page_url="page_url",
        referrer_url="referrer_url",
        utm_source="utm_source",
        utm_medium="utm_medium",
        click_id="gclid",
    )

    full_name: str | None = text()
    first_name: str | None = text(100)
    middle_name: str | None = text(100)
    last_name: str | None = text(100)
    email: str | None = text()
    phone: str | None = text(50)
    mobile_phone: str | None = text(50)
    account: str | None = text()
    birth_date: date | None = None
    city_str: str | None = text()
    country_str: str | None = text()
    notes: str | None = text(None)
    submitted_at: datetime | None = None
    form_id: str | None = text()
    landing_page_id: UUID | None = lookup("landing_page")
    page_url: str | None = text(2000)
    referrer_url: str | None = text(2000)
    redirect_url: str | None = text(2000)
    tracking_user_id: str | None = text(100)
    """Matomo's visitor id, 16 hexadecimal digits, as the page's script sent it."""
    register_method_id: UUID | None = lookup("register_method")
    customer_need_id: UUID | None = lookup("customer_need")
    source_id: UUID | None = lookup("lead_source")
    channel_id: UUID | None = lookup("channel")
    utm_source: str | None = text()
    utm_medium: str | None = text()
    utm_campaign: str | None = text()
    utm_content: str | None = text()
    utm_term: str | None = text()
    gclid: str | None = text()
    consent: bool | None = None
