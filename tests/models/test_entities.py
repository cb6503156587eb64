"""The entities, and their columns as senders name them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from models.entities import entities, find_entity
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.entities.lead import Lead
from models.entities.order import Order
from models.entity import Entity, normal_name
from models.reading.casting import can_cast_to


def test_every_file_of_the_folder_brings_its_entity() -> None:
    assert entities() == {
        "Contact": Contact,
        "FormSubmit": FormSubmit,
        "Lead": Lead,
        "Order": Order,
    }


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("Contact", Contact),
        ("CONTACT", Contact),
        ("form-submit", FormSubmit),
        ("SubmittedForm", FormSubmit),
        ("Submitted form", FormSubmit),
        ("submission", FormSubmit),
        ("Contacts", None),
        ("", None),
        ("webhook", None),
    ],
)
def test_an_entity_is_found_by_its_code_or_an_alias(name: str, entity: type[Entity] | None) -> None:
    assert find_entity(name) is entity


@pytest.mark.parametrize(
    ("entity", "code", "name", "python_type", "length", "lookup"),
    [
        (Contact, "MobilePhone", "mobile_phone", str, 50, None),
        (Contact, "IsEmailConfirmed", "is_email_confirmed", bool, None, None),
        (Contact, "BirthDate", "birth_date", date, None, None),
        (Contact, "Age", "age", int, None, None),
        (Contact, "Notes", "notes", str, None, None),
        (Contact, "CountryId", "country_id", UUID, None, "country"),
        (FormSubmit, "SubmittedAt", "submitted_at", datetime, None, None),
        (FormSubmit, "ContactId", "contact_id", UUID, None, "contact"),
        (FormSubmit, "UtmSource", "utm_source", str, 250, None),
        (Lead, "BusinesPhone", "business_phone", str, 50, None),  # the original's spelling
        (Lead, "Contact", "contact", str, 250, None),
        (Order, "Date", "date", datetime, None, None),
        (Order, "Amount", "amount", Decimal, None, None),
    ],
)
def test_a_column_has_a_code_and_a_type(
    entity: type[Entity],
    code: str,
    name: str,
    python_type: type,
    length: int | None,
    lookup: str | None,
) -> None:
    column = entity.column_for(code)
    assert column
    assert (column.code, column.name, column.type) == (code, name, python_type)
    assert (column.length, column.lookup) == (length, lookup)


def test_an_amount_has_eleven_digits_before_the_point_and_four_behind_it() -> None:
    amount = Order.column_for("Amount")
    assert amount and amount.digits == (15, 4)


@pytest.mark.parametrize("entity", entities().values(), ids=entities())
def test_every_column_can_be_filled_by_a_code_of_its_own(entity: type[Entity]) -> None:
    columns = entity.columns()
    assert all(can_cast_to(column.type) for column in columns)
    assert len({normal_name(column.code) for column in columns}) == len(columns)
    assert not {"id", "created_at"} & {column.name for column in columns}
