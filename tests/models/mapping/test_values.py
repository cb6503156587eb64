"""What a column gets by its mapping: short form and long form."""

from decimal import Decimal
from typing import Any

import pytest

from tests.models.mapping.mapped import column, form, one, posted, request

BODY = {
    "email": "ada@example.com",
    "name": "Ada King Lovelace",
    "first": "Ada",
    "last": "Lovelace",
    "none": None,
    "blank": " ",
    "tags": ["a", "b"],
    "plan": "BIG plan:",
    "yes": True,
    "price": 19.90,
    "deep": {"er": [{"x": "1"}, {"x": "2"}]},
}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ('"body.email"', "ada@example.com"),
        ('"body.deep.er[1].x"', "2"),
        ('"body.nothing"', None),
        ('{ path = "body.email" }', "ada@example.com"),
        ('{ value = "Website" }', "Website"),
        ('{ path = "body.nothing", default = "none" }', "none"),
        ('{ path = "body.blank", default = "none" }', "none"),
        ('{ path = ["body.none", "body.blank", "body.email"] }', "ada@example.com"),
        ('{ path = ["body.first", "body.none", "body.last"], join = " " }', "Ada Lovelace"),
        ('{ path = "body.tags", join = "; " }', "a; b"),
        ('{ path = ["body.none"], join = "; ", default = "-" }', "-"),
        ('{ path = "body.name", split = "first_name" }', "Ada"),
        ('{ path = "body.name", split = "middle_name" }', "King"),
        ('{ path = "body.name", split = "last_name" }', "Lovelace"),
        ('{ path = "body.plan", values = { "Big plan" = "L", small = "S" } }', "L"),
        ('{ path = "body.email", values = { "Big plan" = "L" } }', "ada@example.com"),
        ('{ path = "body.email", values = { "Big plan" = "L", "*" = "other" } }', "other"),
        ('{ path = "body.none", values = { "*" = "other" }, default = "nothing" }', "nothing"),
        ('{ path = "body.tags", values = { a = "A" } }', "A, b"),
        ('{ path = "body.yes", values = { true = "agreed" } }', "agreed"),
        ('"sum(body.deep.er[].to_number(x))"', "3"),
        ('"length(body.tags)"', "2"),
        ("\"join('/', body.tags)\"", "a/b"),
        ('"body.price"', "19.9"),
    ],
)
def test_a_column_gets(spec: str, expected: Any) -> None:
    assert column(spec, request(BODY)) == expected


def test_numbers_stay_exact() -> None:
    assert column('"body.total"', request('{"total": 0.1}'), "Amount") is None
    order = '{"EntityName": "Order", "total": 1234567.8901}'
    assert column('"body.total"', request(order), "Amount") == Decimal("1234567.8901")


def test_forms_are_nested_by_their_brackets() -> None:
    webhook = posted({"fields[email][value]": "a@example.com", "tag[]": ["x", "y"], "n[0]": "z"})
    assert column('"body.fields.email.value"', webhook) == "a@example.com"
    assert column('"body.tag[1]"', webhook) == "y"
    assert column('"body.n[0]"', webhook) == "z"


def test_query_and_headers_are_seen_too() -> None:
    webhook = request({}, query="utm_source=google", headers=[("X-Shop", "ours")])
    assert column('"query.utm_source"', webhook) == "google"
    assert column("'headers.\"x-shop\"'", webhook) == "ours"


def test_a_get_request_has_no_body_and_no_content_type() -> None:
    assert column('"query.email"', request(b"", None, query="email=a%40example.com")) == (
        "a@example.com"
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"email": ["ada@example.com"]}',
        "<form><email>ada@example.com</email></form>",
        "eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSJ9.c2lnbmF0dXJl",
    ],
)
def test_text_within_a_field_is_read(text: str) -> None:
    webhook = posted({"data.json": text})
    draft = one(
        """
        [[map]]
        let = { data = 'body."data.json"' }
        columns = { Email = "data.email || data.form.email" }
        """,
        webhook,
    )
    assert draft.values == {"email": "ada@example.com"}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/xml", "<r><email>ada@example.com</email></r>"),
        (
            "application/atom+xml; charset=utf-8",
            "<r xmlns='u:n'><email>ada@example.com</email></r>",
        ),
        ("text/plain", '{"r": {"email": "ada@example.com"}}'),
        ("application/vnd.api+json", '{"r": {"email": "ada@example.com"}}'),
    ],
)
def test_bodies_that_no_plain_webhook_has_are_read_for_a_mapping(
    content_type: str, body: str
) -> None:
    assert column('"body.r.email"', request(body, content_type)) == "ada@example.com"


def test_a_form_keeps_what_brackets_cannot_nest() -> None:
    assert column("'body.\"a[b]\"'", form(**{"a": "1", "a[b]": "2"})) == "2"
