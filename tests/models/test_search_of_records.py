"""Contacts of forms, leads and orders, of any country and source, on both databases."""

import pytest
from sqlmodel import select

from models.database import reading
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.entities.lead import Lead
from models.entities.order import Order
from models.lookups import Channel, Country, LeadSource
from models.matching.rules import Rule
from models.matching.tables import ContactDecision
from tests.models.searching import ADA, add, add_source, rows, search_for

pytestmark = pytest.mark.usefixtures("database")

COUNTRIES = [
    # what the form says of the country, its source's region, and who is found
    ({"country_str": "Germany"}, None, True),
    ({"country_str": " de "}, "US", True),
    ({"country_str": "Atlantis"}, "DE", True),
    ({}, "DE", True),
    ({"country_str": "UK"}, "DE", False),
    ({}, "GB", False),
]


@pytest.mark.parametrize(("named", "region", "found"), COUNTRIES)
def test_a_phone_is_of_the_country_that_the_form_names_or_else_of_its_source(
    named: dict[str, str], region: str | None, found: bool
) -> None:
    search_for({"full_name": "Ada Lovelace", "phone": "+49 151 2345678"})
    add_source("shop", region=region)
    (decision,) = search_for(
        {"full_name": "Ada Lovelace", "phone": "0151 2345678", **named}, source="shop"
    )
    assert (decision.rule is Rule.NAME_PHONE) is found


def test_a_source_compares_by_its_own_profile() -> None:
    add_source("strict", contact_profile="creatio")
    search_for(ADA)
    forms = [{**ADA, "email": "ADA@example.com"}, ADA]
    decisions = search_for(*forms, source="strict") + search_for(*forms)
    assert [each.rule for each in decisions] == [Rule.NEW, Rule.EMAIL, Rule.EMAIL, Rule.EMAIL]
    assert {each.profile for each in rows(ContactDecision)} == {"creatio", "default"}


def test_a_lead_gets_its_contact_as_a_form_does() -> None:
    (found,) = search_for(ADA)
    with reading() as session:
        country_id = session.exec(select(Country.id).where(Country.alpha_2 == "DE")).one()
    lead = {"contact": "Ada Lovelace", "email": "ada@example.com", "country_id": country_id}
    (decision,) = search_for({**lead, "business_phone": "0151 2345678"}, entity=Lead)
    (contact,) = rows(Contact)
    assert decision.contact_id == found.contact_id == rows(Lead)[0].contact_id
    assert (contact.mobile_phone, contact.country_id) == ("0151 2345678", country_id)


def test_an_order_gets_the_person_it_is_billed_to() -> None:
    buyer = {"name": "Ada Lovelace", "email": "ada@example.com"}
    order = {**buyer, "billing_name": "Grace Hopper", "billing_email": "grace@example.com"}
    search_for(buyer, order, entity=Order)
    emails = {contact.id: contact.email for contact in rows(Contact)}
    assert [(each.email, emails[each.contact_id]) for each in rows(Order) if each.contact_id] == [
        ("ada@example.com", "ada@example.com"),
        ("ada@example.com", "grace@example.com"),
    ]


def test_a_contact_that_the_sender_gave_is_kept() -> None:
    contact = Contact(name="Ada King")
    add(contact)
    (decision,) = search_for({**ADA, "contact_id": contact.id})
    assert (decision.rule, decision.contact_id) == (Rule.GIVEN, contact.id)
    assert rows(Contact)[0].email == "ada@example.com"


def test_attribution_fills_the_form_and_then_the_contact() -> None:
    page = "https://shop.example/?utm_source=google&utm_medium=cpc"
    search_for({**ADA, "page_url": page})
    search_for({**ADA, "utm_source": "facebook"})
    (first, second), (contact,) = rows(FormSubmit), rows(Contact)
    channels = {row.id: row.name for row in rows(Channel)}
    sources = {row.id: row.name for row in rows(LeadSource)}
    assert (channels[first.channel_id], sources[first.source_id]) == ("Search ads", "Google")  # type: ignore[index]
    assert (channels[second.channel_id], sources[second.source_id]) == (  # type: ignore[index]
        "Social network",
        "Facebook",
    )
    assert (contact.channel_id, contact.source_id) == (first.channel_id, first.source_id)


def test_what_the_form_says_of_its_source_stands() -> None:
    (source_id,) = [row.id for row in rows(LeadSource) if row.name == "Bing"]
    search_for({**ADA, "source_id": source_id, "utm_source": "google"})
    assert rows(FormSubmit)[0].source_id == rows(Contact)[0].source_id == source_id
