"""The description's error texts, letter for letter, each from a request that deserves it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.reading.casting import Notation
from models.reading.drafting import draft
from models.reading.parse_error import QUOTED_BODY_CHARACTERS, Kind, ParseError, body_unreadable

JSON = "application/json"
ALLOWED = {"Contact", "Lead", "Order", "FormSubmit"}


def error_of(content_type: str | None, body: bytes) -> ParseError:
    (error,) = draft(content_type, body, Notation(), ALLOWED).errors
    return error


@pytest.mark.parametrize(
    ("content_type", "body", "kind", "message"),
    [
        (
            JSON,
            b'{"EntityName": "Contact", "Name": "Ada", "Age": "thirty-six"}',
            Kind.VALUE_NOT_CAST,
            "An error occurred while setting the column value. ColumnName:Age. EntityName:Contact. "
            "Exception:Cannot cast Text to Integer.",
        ),
        (
            JSON,
            b'{"EntityName": "Invoice", "Number": "1"}',
            Kind.ENTITY_NOT_FOUND,
            'An error occurred while processing the webhook. Entity name: "Invoice" '
            'Exception: Item with name "Invoice" not found.',
        ),
        (
            JSON,
            b'{"Email": "ada@example.com"}',
            Kind.ENTITY_MISSING,
            "An error occurred while processing the webhook. "
            'The parameter "EntityName" should be existing and not empty.',
        ),
        (
            None,
            b'{"EntityName": "Contact"}',
            Kind.CONTENT_TYPE_MISSING,
            "An error occurred while processing the webhook. Exception: "
            'The parameter "ContentType" should be existing and not empty.',
        ),
        (
            "text/xml; charset=utf-8",
            b"<EntityName>Contact</EntityName>",
            Kind.CONTENT_TYPE_UNSUPPORTED,
            "An error occurred while processing the webhook. Exception: "
            "text/xml type of webhook is unsupported.",
        ),
        (
            JSON,
            b'{"EntityName": "Contact",',
            Kind.BODY_UNREADABLE,
            "An error occurred while processing the webhook. Exception: "
            'Could not parse the webhook body: {"EntityName": "Contact",.',
        ),
    ],
)
def test_the_descriptions_six_texts(
    content_type: str | None, body: bytes, kind: Kind, message: str
) -> None:
    error = error_of(content_type, body)
    assert (error.kind, error.message) == (kind, message)
    assert error.advice.endswith(".")


def test_a_text_too_long_is_an_error_on_its_column() -> None:
    error = error_of(JSON, b'{"EntityName": "Contact", "Zip": "' + b"1" * 51 + b'"}')
    assert (error.kind, error.column) == (Kind.TEXT_TOO_LONG, "Zip")
    assert error.message == (
        "An error occurred while setting the column value. ColumnName:Zip. EntityName:Contact. "
        "Exception:Text of 51 characters is longer than the allowed 50."
    )


@pytest.mark.parametrize("content_type", [None, "", "   "])
def test_an_empty_content_type_is_a_missing_one(content_type: str | None) -> None:
    assert error_of(content_type, b"{}").kind is Kind.CONTENT_TYPE_MISSING


@pytest.mark.parametrize(
    ("content_type", "received"),
    [
        ("text/plain", "text/plain"),
        ("Application/XML; charset=utf-8", "Application/XML"),
        ("; charset=utf-8", "; charset=utf-8"),
        ("json", "json"),
        ("a\0b", "a\N{REPLACEMENT CHARACTER}b"),
        ("x" * 1000, "x" * 250),
    ],
)
def test_an_unsupported_type_is_named_as_it_was_received(content_type: str, received: str) -> None:
    error = error_of(content_type, b"")
    assert error.message == (
        "An error occurred while processing the webhook. Exception: "
        f"{received} type of webhook is unsupported."
    )


def test_a_long_body_is_quoted_up_to_a_bound() -> None:
    quoted = error_of(JSON, b"x" * 1_000_000).message.partition("webhook body: ")[2]
    assert quoted == "x" * QUOTED_BODY_CHARACTERS + "…."


def test_the_advice_says_where_a_body_cannot_be_read() -> None:
    advice = error_of(JSON, b'{"EntityName": "Contact",\n"Age": }').advice
    assert advice.startswith("It is not valid JSON at line 2, column 8: Expecting value.")


@given(st.binary(max_size=3000))
def test_every_body_can_be_quoted_in_what_a_database_keeps_as_text(body: bytes) -> None:
    message = body_unreadable(body, "").message
    assert "\0" not in message
    assert message.encode()
