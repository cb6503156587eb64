"""Which columns of an entity say who the person is, and the step that an entity replaces."""

from typing import Any
from uuid import uuid4

import pytest

from models.entities.form_submit import FormSubmit
from models.entities.lead import Lead
from models.entities.order import Order
from models.matching.options import PersonColumns, SearchOptions, options_from


def test_one_line_says_which_columns_name_the_person() -> None:
    columns = PersonColumns(full_name="who", emails=("mail", "mail_2"), fills={"city": "town"})
    values = {"who": "Ada", "mail": None, "mail_2": "ada@example.com", "town": "London"}
    assert options_from(columns, values) == SearchOptions(
        full_name="Ada", emails=("ada@example.com",), fills={"city": "London"}
    )


def test_a_form_is_searched_by_the_columns_it_names() -> None:
    form = FormSubmit(first_name="Ada", email="a@example.com", phone="1", mobile_phone="2")
    options = form.define_search_options()
    assert (options.given_name, options.emails) == ("Ada", ("a@example.com",))
    assert options.phones == ("2", "1")


def test_a_lead_names_its_person_too() -> None:
    country_id = uuid4()
    lead = Lead(contact="Ada Lovelace", business_phone="2", country_id=country_id)
    options = lead.define_search_options()
    assert (options.full_name, options.phones, options.country) == (
        "Ada Lovelace",
        ("2",),
        country_id,
    )


BUYER: dict[str, Any] = {"name": "Ada Lovelace", "email": "ada@example.com", "phone": "1"}
ORDERS = [
    # what the order says of billing, and who is searched for
    ({}, ("Ada Lovelace", ("ada@example.com",), ("1",))),
    ({"billing_email": "bob@example.com"}, (None, ("bob@example.com",), ())),
    ({"billing_name": "Bob", "billing_phone": "2"}, ("Bob", (), ("2",))),
    ({"billing_name": "Analytical Engines Ltd"}, ("Ada Lovelace", ("ada@example.com",), ("1",))),
]


@pytest.mark.parametrize(("billing", "searched"), ORDERS)
def test_an_order_is_searched_by_the_billing_person_before_the_buyer(
    billing: dict[str, Any], searched: tuple[object, ...]
) -> None:
    options = Order(**BUYER, **billing).define_search_options()
    assert (options.full_name, options.emails, options.phones) == searched
