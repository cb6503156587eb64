"""From a request to records: lists, conditions, entities, what went nowhere, what is wrong."""

from typing import Any

import pytest

from models.mapping.applying import apply
from models.mapping.document import document_of
from models.reading.drafting import Draft
from models.reading.parse_error import Kind
from models.webhook import Status
from tests.models.mapping.mapped import defined, drafted, one, posted, request

LEADS = """
[[map]]
entity = "Lead"
each = "body"
[map.columns]
Email = "item.email"
Contact = "item.name"
"""


def kinds(draft: Draft) -> list[tuple[Kind, str | None]]:
    return [(error.kind, error.column) for error in draft.errors]


def test_an_array_makes_a_record_of_each_element() -> None:
    drafts = drafted(LEADS, request([{"email": "a@example.com"}, {"email": "b@example.com"}]))
    assert [position for position, _ in drafts] == [0, 1]
    assert [draft.values for _, draft in drafts] == [
        {"email": "a@example.com"},
        {"email": "b@example.com"},
    ]


def test_one_object_is_a_list_of_one() -> None:
    assert one(LEADS, request({"email": "a@example.com"})).values == {"email": "a@example.com"}


def test_an_element_is_seen_beside_its_request() -> None:
    toml = """
    [[map]]
    each = "body.lines"
    columns = { Email = "body.email", FormId = "item.sku", Notes = "index" }
    """
    drafts = drafted(toml, request({"email": "a@example.com", "lines": [{"sku": "x"}]}))
    assert drafts[0][1].values == {"email": "a@example.com", "form_id": "x", "notes": "0"}


def test_several_mappings_make_several_records_whose_positions_stay() -> None:
    toml = (
        LEADS
        + """
    [[map]]
    columns = { Email = "body[0].email" }
    """
    )
    drafts = drafted(toml, request([{"email": "a@example.com"}]))
    assert [(position, draft.entity.code()) for position, draft in drafts if draft.entity] == [
        (0, "Lead"),
        (10_000, "FormSubmit"),
    ]


@pytest.mark.parametrize(
    ("entity", "body", "made"),
    [
        ('"Lead"', {"EntityName": "Contact"}, "Lead"),
        ('{ path = "body.kind" }', {"kind": "Order"}, "Order"),
        (
            '{ path = "body.kind", values = { buy = "Order", "*" = "Lead" } }',
            {"kind": "buy"},
            "Order",
        ),
        ('{ path = "body.kind", values = { buy = "Order", "*" = "Lead" } }', {"kind": "?"}, "Lead"),
        ('{ path = "body.kind" }', {"EntityName": "Contact"}, "Contact"),
        ('{ path = "body.kind" }', {}, "FormSubmit"),
    ],
)
def test_the_entity_is_the_mappings_or_the_requests_or_the_sources(
    entity: str, body: Any, made: str
) -> None:
    draft = one(f'[[map]]\nentity = {entity}\ncolumns = {{ Email = "body.email" }}', request(body))
    assert draft.entity and draft.entity.code() == made


def test_without_any_entity_the_webhook_fails() -> None:
    ((_, draft),) = drafted('[[map]]\ncolumns = { Email = "body.e" }', request({}), None)
    assert kinds(draft) == [(Kind.ENTITY_MISSING, None)]


def test_a_source_without_a_mapping_has_a_default_entity_too() -> None:
    assert one("", request({"Email": "a@example.com"})).values == {"email": "a@example.com"}


def test_query_parameters_are_parameters_where_the_source_says_so() -> None:
    webhook = request(b"", None, query="Email=a%40example.com&EntityName=Lead")
    draft = one("query_parameters = true", webhook)
    assert draft.entity and draft.entity.code() == "Lead"
    assert draft.values == {"email": "a@example.com"}
    assert kinds(one("", webhook)) == [(Kind.CONTENT_TYPE_MISSING, None)]


@pytest.mark.parametrize(
    ("kind", "status", "errors"),
    [("form", Status.DONE, []), ("ping", Status.DONE, [(Kind.NOTHING_MAPPED, None)])],
)
def test_a_mapping_may_have_a_condition(
    kind: str, status: Status, errors: list[tuple[Kind, str | None]]
) -> None:
    toml = "[[map]]\nwhen = \"body.kind == 'form'\"\ncolumns = { Email = 'body.email' }"
    draft = one(toml, request({"kind": kind, "email": "a@example.com"}))
    assert (draft.status, kinds(draft)) == (status, errors)
    assert draft.makes_record == (kind == "form")


def test_what_nobody_looked_at_is_kept_with_its_path() -> None:
    toml = """
    [[map]]
    let = { data = 'body."data.json"' }
    columns = { Email = "data.email", Notes = "body.tags" }
    """
    fields = {
        "data.json": '{"email": "a@example.com", "age": 36, "nothing": ""}',
        "tags[]": ["x", "y"],
        "page[url]": "https://example.com",
    }
    draft = one(toml, posted(fields))
    assert draft.unknown == {"data.age": 36, "body.page.url": "https://example.com"}


def test_what_was_taken_whole_went_somewhere() -> None:
    toml = "[[map]]\ncolumns = { Notes = { path = 'body.name', join = ' ' } }"
    draft = one(toml, request({"name": {"first": "Ada", "last": "Lovelace"}, "age": 36}))
    assert (draft.values, draft.unknown) == ({"notes": "Ada Lovelace"}, {"body.age": 36})


def test_the_rows_of_a_detail_are_mapped_from_a_list() -> None:
    toml = """
    [[map]]
    [map.columns]
    Lines = { each = "body.items", columns = { Sku = "item.sku", Name = { path = "item.t" } } }
    """
    (mapped,), _ = apply(defined(toml).map, document_of(request({"items": [{"sku": 1, "t": "x"}]})))
    assert mapped.parameters == {"Lines": [{"Sku": 1, "Name": "x"}]}


def test_a_value_that_an_expression_cannot_take_leaves_its_column_empty() -> None:
    toml = "[[map]]\ncolumns = { Email = 'body.email', Notes = 'length(body.none)' }"
    draft = one(toml, request({"email": "a@example.com"}))
    assert draft.values == {"email": "a@example.com"}
    assert kinds(draft) == [(Kind.MAPPING_FAILED, "Notes")]
    assert '"length(body.none)" cannot be evaluated' in draft.errors[0].message


def test_a_column_that_is_gone_is_said_and_the_others_are_filled() -> None:
    toml = "[[map]]\ncolumns = { Email = 'body.email', Emial = 'body.email' }"
    draft = one(toml, request({"email": "a@example.com"}))
    assert draft.makes_record
    assert kinds(draft) == [(Kind.MAPPING_FAILED, "Emial")]


@pytest.mark.parametrize("each", ["body.none", "body.text", "body.many"])
def test_a_list_that_is_none_fails_its_mapping_and_no_other(each: str) -> None:
    toml = f"""
    [[map]]
    each = "{each}"
    columns = {{ Email = "item.email" }}
    [[map]]
    columns = {{ Email = "body.email" }}
    """
    body = {"email": "a@example.com", "text": "x", "many": [0] * 1001}
    drafts = drafted(toml, request(body))
    assert [draft.makes_record for _, draft in drafts] == [False, True]
    assert kinds(drafts[0][1]) == [(Kind.MAPPING_FAILED, None)]


def test_a_text_that_cannot_be_read_is_said_by_its_name() -> None:
    toml = "[[map]]\nlet = { data = 'body.data' }\ncolumns = { Email = 'data.email' }"
    (error,) = one(toml, posted({"data": "{"})).errors
    assert 'The text that "data" is to name cannot be read.' in error.message


def test_a_column_for_which_nothing_came_is_not_set() -> None:
    draft = one(
        "[[map]]\ncolumns = { Email = 'body.email', Notes = 'body.n' }", request({"n": "x"})
    )
    assert (draft.values, draft.found_nothing) == ({"notes": "x"}, ("Email",))
