"""A mapping that is wrong says where and why before anything comes."""

import json
import re

import pytest
from pydantic import ValidationError

from models.configuring.definition import Definition
from models.configuring.trial import MappingError, read_mapping
from models.mapping.checking import in_words
from models.settings import ROOT
from tests.models.mapping.mapped import defined

GOOD = '[[map]]\nentity = "Lead"\ncolumns = { Email = "body.email", Country = "body.country" }'


def test_a_mapping_that_is_right_is_taken() -> None:
    definition, default_entity = read_mapping('entity = "Lead"\nname = "x"\n' + GOOD)
    assert (len(definition.map), default_entity) == (1, "Lead")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (
            '[[map]]\ncolumns = { Email = "body..x" }',
            'map 1, columns, Email, path 1: "body..x" is no JMESPath expression: '
            "line 1, column 6: '.' was not expected here.",
        ),
        (
            '[[map]]\ncolumns = { Email = "body.a[?b==" }',
            'map 1, columns, Email, path 1: "body.a[?b==" is no JMESPath expression: '
            "line 1, column 12: it ends too early.",
        ),
        (
            "[[map]]\ncolumns = { Email = '''\nbody.x |\n  lenght(@)''' }",
            'map 1, columns, Email, path 1: "body.x |\n  lenght(@)" is no JMESPath expression: '
            "line 2, column 3: there is no function lenght().",
        ),
        (
            '[[map]]\ncolumns = { Email = "length(a, b)" }',
            'map 1, columns, Email, path 1: "length(a, b)" is no JMESPath expression: '
            "line 1, column 1: length() takes 1 arguments, not 2.",
        ),
        (
            '[[map]]\ncolumns = { Email = { path = "a", vaules = {} } }',
            "map 1, columns, Email, vaules: Extra inputs are not permitted",
        ),
        (
            '[[map]]\ncolumns = { Email = { default = "a" } }',
            "map 1, columns, Email: Say one of path, value and each.",
        ),
        (
            '[[map]]\nlet = { body = "query" }\ncolumns = { Email = "a" }',
            "map 1: let: body is the name of something else.",
        ),
        (
            '[[map]]\nlet = { "a b" = "query" }\ncolumns = { Email = "a" }',
            "map 1, let, a b, [key]: String should match pattern '^[A-Za-z_][A-Za-z0-9_]*$'",
        ),
        ("[[map]]", "map 1, columns: Field required"),
        ("[spam]\nhoneypot = 'a..b'", 'spam, honeypot 1: "a..b" is no JMESPath expression'),
        (
            '[[map]]\nentity = "Led"\ncolumns = { Email = "a" }',
            'map 1, entity: there is no entity "Led". There are Contact, FormSubmit, Lead, Order.',
        ),
        (
            GOOD + '\n[[map]]\nentity = "Lead"\ncolumns = { Emial = "a" }',
            "map 2, columns.Emial: Lead has no column Emial. Is Email meant?",
        ),
        ("[[map", "It is not valid TOML: "),
        ("map = 5", "map: Input should be a valid tuple"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(toml: str, said: str) -> None:
    with pytest.raises(MappingError) as error:
        read_mapping(toml)
    assert str(error.value).startswith(said)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ValidationError) as error:
        defined('[[map]]\ncolumns = { Email = "a..b", Phone = "c..d" }')
    assert len(in_words(error.value)) == 2


def test_the_default_entity_is_checked_where_no_other_is_named() -> None:
    with pytest.raises(MappingError, match="Order has no column FirstName"):
        read_mapping('[[map]]\ncolumns = { FirstName = "a" }', "Order")


def test_a_definition_is_the_same_when_it_was_stored() -> None:
    page = (ROOT / "docs" / "mapping.md").read_text()
    for toml in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[:-2]:
        definition = defined(toml)
        stored = json.loads(json.dumps(definition.model_dump(mode="json")))
        assert Definition.model_validate(stored) == definition
