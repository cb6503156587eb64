"""What would be made of a webhook: entity, columns, what is left over, and errors."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.entity import normal_name
from models.reading.casting import Notation
from models.reading.drafting import ENTITY_NAME, Draft, as_json, draft
from models.reading.parse_error import Kind
from models.webhook import Status
from tests.models.test_parsing import BODIES, CONTENT_TYPES

ALLOWED = {"Contact", "Lead", "Order", "FormSubmit"}


def of_json(**parameters: Any) -> Draft:
    return draft("application/json", json.dumps(parameters).encode(), Notation(), ALLOWED)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"EntityName": "Contact", "Name": "Ada"}'),
        ("application/x-www-form-urlencoded", b"EntityName=Contact&Name=Ada"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="EntityName"\r\n\r\nContact\r\n'
            b'--b\r\nContent-Disposition: form-data; name="Name"\r\n\r\nAda\r\n--b--\r\n',
        ),
    ],
)
def test_the_content_type_decides_the_parser(content_type: str, body: bytes) -> None:
    made = draft(content_type, body, Notation(), ALLOWED)
    assert made.entity and made.entity.code() == "Contact"
    assert made.values == {"name": "Ada"}
    assert made.status is Status.DONE


@pytest.mark.parametrize(
    "parameter", ["EntityName", "entityname", "ENTITYNAME", "entity_name", "Entity-Name"]
)
def test_entity_name_is_found_whatever_its_case(parameter: str) -> None:
    made = of_json(**{parameter: "Lead", "Email": "ada@example.com"})
    assert made.entity and made.entity.code() == "Lead"
    assert made.unknown == {}


@pytest.mark.parametrize(
    "asked", ["FormSubmit", "formsubmit", "form_submit", "SubmittedForm", "Submitted form"]
)
def test_a_submitted_form_goes_by_several_names(asked: str) -> None:
    made = of_json(EntityName=f" {asked} ")
    assert made.entity and made.entity.code() == "FormSubmit"


@pytest.mark.parametrize("asked", ["", "  ", None, 5, [], ["", None], {"name": "Lead"}])
def test_an_entity_name_without_text_is_missing(asked: Any) -> None:
    made = of_json(EntityName=asked)
    assert made.status is Status.FAILED
    assert [error.kind for error in made.errors] == [Kind.ENTITY_MISSING]


def test_the_first_entity_name_that_is_not_empty_counts() -> None:
    made = draft(
        "application/x-www-form-urlencoded",
        b"EntityName=&EntityName=Lead&EntityName=Order",
        Notation(),
        ALLOWED,
    )
    assert made.entity and made.entity.code() == "Lead"


def test_an_entity_that_webhooks_may_not_create_is_not_found() -> None:
    made = draft("application/json", b'{"EntityName": "Lead"}', Notation(), {"Contact"})
    assert [error.kind for error in made.errors] == [Kind.ENTITY_NOT_FOUND]


@pytest.mark.parametrize(
    "parameter", ["MobilePhone", "mobile_phone", "Mobile Phone", "MOBILEPHONE"]
)
def test_a_column_is_found_however_its_code_is_written(parameter: str) -> None:
    made = of_json(EntityName="Contact", **{parameter: "+44 20 7946 0958"})
    assert made.values == {"mobile_phone": "+44 20 7946 0958"}
    assert made.sent_as == {"mobile_phone": parameter}


def test_the_exact_code_comes_before_other_ways_to_write_it() -> None:
    made = of_json(EntityName="Contact", email="b@example.com", Email="a@example.com")
    assert made.values == {"email": "a@example.com"}
    assert made.unknown == {"email": "b@example.com"}


def test_parameters_that_are_no_column_are_kept_apart() -> None:
    made = of_json(EntityName="Contact", Name="Ada", Shoe=38, Tags=["a", {"b": None}])
    assert made.unknown == {"Shoe": 38, "Tags": ["a", {"b": None}]}
    assert made.status is Status.DONE


@pytest.mark.parametrize("parameter", ["Id", "id", "CreatedAt", "created_at"])
def test_what_is_ours_alone_no_webhook_fills(parameter: str) -> None:
    made = of_json(EntityName="Contact", **{parameter: "6b0b9f7e-5d0c-4a52-9a3e-0d6f7c1b2a48"})
    assert (made.values, list(made.unknown)) == ({}, [parameter])


def test_a_value_that_cannot_be_cast_leaves_its_column_empty_and_fills_the_others() -> None:
    made = of_json(EntityName="Contact", Name="Ada", Age="old", BirthDate="31.02.1815")
    assert made.values == {"name": "Ada"}
    assert [error.column for error in made.errors] == ["Age", "BirthDate"]
    assert made.status is Status.DONE


def test_dates_and_numbers_are_read_as_their_source_writes_them() -> None:
    form = b'{"EntityName": "Order", "Date": "03/04/2026", "Amount": "1.234,50"}'
    notation = Notation(day_first=True, decimal_comma=True)
    made = draft("application/json", form, notation, ALLOWED)
    assert (made.values["date"].month, made.values["amount"]) == (4, Decimal("1234.5"))


@pytest.mark.parametrize("depth", [1, 90])
def test_whatever_was_kept_apart_can_be_written_as_ascii(depth: int) -> None:
    value = '"\\ud83d \\u0000 Zo\\u00eb", 1.50, ' + "[" * depth + "]" * depth
    body = f'{{"EntityName": "Lead", "Odd": [{value}]}}'.encode()
    written = as_json(draft("application/json", body, Notation(), ALLOWED).unknown)
    assert written.isascii()
    assert json.loads(written)["Odd"][:2] == ["\ud83d \0 Zoë", "1.50"]


@given(content_type=st.none() | CONTENT_TYPES, body=BODIES)
def test_no_webhook_whatever_raises(content_type: str | None, body: bytes) -> None:
    made = draft(content_type, body, Notation(), ALLOWED)
    assert made.failed == (made.entity is None)


FIELDS = st.sampled_from(["EntityName", "Name", "Age", "BirthDate", "CountryId", "Zip", "id"])


NAMES = FIELDS | st.text().filter(lambda name: name != "_charset_")


@given(st.lists(st.tuples(NAMES, st.text())))
def test_no_form_whatever_loses_a_field(fields: list[tuple[str, str]]) -> None:
    body = urlencode([("EntityName", "Contact"), *fields]).encode()
    made = draft("application/x-www-form-urlencoded", body, Notation(), ALLOWED)
    sent = {name for name, _ in fields if normal_name(name) != ENTITY_NAME}
    assert sent == {*made.sent_as.values(), *made.unknown}
    assert as_json(made.unknown).isascii()
