"""No mapping and no request raises anything but what is declared."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.configuring.definition import Definition
from models.configuring.manner import Manner, drafts_of
from models.mapping.document import document_of, leaves
from models.mapping.expressions import ExpressionError, Look, parsed
from models.mapping.sampling import sample
from models.reading.parse_error import ParseError
from tests.models.mapping.mapped import ALLOWED, request

names = st.text("ab.[]'\"é\0", min_size=1, max_size=4)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
tokens = st.sampled_from(
    "a b body item . .. [ ] [0] [] [?a] [::0] [*] * | || && ! ( ) { } , : == < @ & ' \" ` `1` 'a' "
    "length( join( sum( to_number( sort_by( max_by( map( answer( merge( keys( foo( ) \n".split(" ")
)
expressions = st.lists(tokens, max_size=8).map("".join) | st.text(max_size=12)
good = st.sampled_from(
    "a b body body.a body.* body[*] body[].b item index query headers body.a<body.b sum(body.a) "
    "join('-',body.a) sort_by(body,&a) answer(body,'a') answer_of_type(body,'b') body[::2] "
    "max(body.a) to_number(body.a) {x:a,y:body} [a,body] keys(body) reverse(body.a)".split()
)
specs = st.one_of(
    good,
    st.fixed_dictionaries(
        {"path": st.lists(good, min_size=1, max_size=2)},
        optional={
            "join": st.just("-"),
            "split": st.sampled_from(["first_name", "last_name"]),
            "values": st.dictionaries(st.text(max_size=2), st.text(max_size=3), max_size=2),
            "default": st.text(max_size=3),
        },
    ),
    st.fixed_dictionaries({"value": st.text(max_size=3) | st.integers()}),
    st.fixed_dictionaries({"each": good, "columns": st.just({"A": "item.a"})}),
)
mappings = st.fixed_dictionaries(
    {
        "columns": st.dictionaries(
            st.sampled_from(["Email", "Age", "BirthDate", "CountryId", "Country", "Nope"]),
            specs,
            min_size=1,
            max_size=3,
        )
    },
    optional={
        "entity": st.sampled_from(["Lead", "Contact", "Nope"]),
        "each": good,
        "when": good,
        "let": st.dictionaries(st.sampled_from(["a", "b"]), good, max_size=2),
    },
)
bodies = st.one_of(
    values.map(lambda body: (body, "application/json")),
    st.binary(max_size=30).map(lambda body: (body, "application/x-www-form-urlencoded")),
    st.text("ab[]0=&%", max_size=20).map(lambda body: (body, "application/x-www-form-urlencoded")),
    st.text("<>/ab ='\"&;![-", max_size=20).map(lambda body: (body, "text/xml")),
    st.text(max_size=10).map(lambda body: ("eyJ" + body, "text/plain")),
)


@given(expressions, values)
def test_no_expression_raises_anything_else(expression: str, document: Any) -> None:
    try:
        parsed(expression)
        Look().evaluate(expression, document)
    except ExpressionError as error:
        assert str(error)


@given(st.lists(mappings, min_size=1, max_size=2), bodies)
def test_no_mapping_raises_for_any_request(written: list[Any], sent: tuple[Any, str]) -> None:
    definition = Definition.model_validate({"map": written})
    drafts = drafts_of(request(*sent), Manner(definition=definition), ALLOWED)
    assert drafts
    assert len({position for position, _ in drafts}) == len(drafts)
    for _, draft in drafts:
        assert draft.makes_record or draft.errors


@given(values)
def test_nothing_written_as_a_definition_raises_anything_else(written: Any) -> None:
    for part in ({"map": written}, {"map": [written]}, {"spam": written}):
        try:
            Definition.model_validate(part)
        except ValidationError:
            continue


@given(values)
def test_each_value_is_found_by_the_path_that_is_shown_for_it(body: Any) -> None:
    document = {"body": body}
    for path, value, _key in leaves(body, "body"):
        assert Look().evaluate(path, document) == value


@given(bodies)
def test_a_sample_of_any_request_can_be_printed(sent: tuple[Any, str]) -> None:
    for line in sample(request(*sent)):
        assert "\n" not in line or line.startswith("An error")
        line.encode()


@given(bodies)
def test_any_body_is_a_document_or_an_error_that_is_declared(sent: tuple[Any, str]) -> None:
    try:
        document_of(request(*sent))
    except ParseError as error:
        assert error.advice
