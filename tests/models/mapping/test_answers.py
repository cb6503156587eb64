"""Answers by label, id and type, in the ways that services send them."""

from typing import Any

import pytest

from tests.models.mapping.mapped import column, request

TYPEFORM = {
    "definition": {
        "fields": [
            {"id": "a1", "ref": "mail", "title": "Your email"},
            {"id": "a2", "title": "Plans"},
            {"id": "a3", "title": "Colour"},
        ]
    },
    "answers": [
        {"type": "email", "email": "ada@example.com", "field": {"id": "a1", "ref": "mail"}},
        {"type": "choices", "choices": {"labels": ["S", "L"]}, "field": {"id": "a2"}},
        {"type": "choice", "choice": {"other": "mauve"}, "field": {"id": "a3"}},
        {"type": "payment", "field": {"id": "a4"}},
    ],
}
ELEMENTOR = {
    "fields": {
        "email": {"id": "email", "type": "email", "title": "Your email", "value": "ada@example.com"}
    }
}
LISTED = {
    "fields": [{"key": "k1", "label": "Your email", "type": "EMAIL", "value": "ada@example.com"}]
}
WEBFLOW = {"Your email": "ada@example.com", "Age": 36}
JOTFORM = {"q3_name": {"first": "Ada", "last": "Lovelace"}, "q4_yourEmail": "ada@example.com"}


@pytest.mark.parametrize(
    ("form", "expression", "expected"),
    [
        (TYPEFORM, "answer(body, 'your email:')", "ada@example.com"),
        (TYPEFORM, "answer(body, 'mail')", "ada@example.com"),
        (TYPEFORM, "answer(body, 'a1')", "ada@example.com"),
        (TYPEFORM, "answer_of_type(body, 'email')", "ada@example.com"),
        (TYPEFORM, "answer(body, 'Plans')", "S, L"),
        (TYPEFORM, "answer(body, 'Colour')", "mauve"),
        (TYPEFORM, "answer(body, 'a4')", None),
        (TYPEFORM, "answer(body.answers, 'a1')", "ada@example.com"),
        (ELEMENTOR, "answer(body, 'email')", "ada@example.com"),
        (ELEMENTOR, "answer(body.fields, 'Your Email')", "ada@example.com"),
        (ELEMENTOR, "answer_of_type(body, 'email')", "ada@example.com"),
        (LISTED, "answer(body, 'k1')", "ada@example.com"),
        (LISTED, "answer(body, 'your email *')", "ada@example.com"),
        (LISTED, "answer_of_type(body, 'EMAIL')", "ada@example.com"),
        (WEBFLOW, "answer(body, 'your email')", "ada@example.com"),
        (WEBFLOW, "answer(body, 'Age')", "36"),
        (WEBFLOW, "answer(body, 'Shoe')", None),
        (JOTFORM, "answer(body, '4')", "ada@example.com"),
        (JOTFORM, "answer(body, 'yourEmail')", "ada@example.com"),
        (JOTFORM, "answer(body, 'name').first", "Ada"),
        ({}, "answer(body, 'x')", None),
        ([1, [2]], "answer(body, 'x')", None),
        ({"x": 1}, "answer(body.nothing, 'x')", None),
    ],
)
def test_an_answer_is_found(form: Any, expression: str, expected: Any) -> None:
    assert column(f'"{expression}"', request(form)) == expected
