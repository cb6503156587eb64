"""A mapping tried on stored webhooks: what it would make, by the real rules; on both databases."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from models.configuring.manner import manner_of
from models.configuring.trial import read_mapping
from models.database import reading, transaction
from models.entities.contact import Contact
from models.identity import utc_now
from models.looking_up.naming import set_making
from models.mapping.sampling import newest, sample
from models.processing.telling import tried_lines
from models.processing.trying import Tried, try_manner
from models.source import WebhookSource
from tests.models.webhooks import SOURCE, define, form, process, records, store

pytestmark = pytest.mark.usefixtures("database")

MAPPING = """
[[map]]
entity = "FormSubmit"
[map.columns]
Email = "body.mail"
LastName = { path = "body.name", split = "last_name" }
FirstName = { path = "body.name", split = "first_name" }
CustomerNeed = "body.need"
BirthDate = "body.born"
"""


def everything() -> dict[str, list[Any]]:
    """Return all rows of all tables."""
    with reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(table.select())))
            for table in SQLModel.metadata.sorted_tables
        }


def tried(toml: str) -> list[Tried]:
    definition, default_entity = read_mapping(toml)
    with reading() as session:
        manner = manner_of(session.exec(select(WebhookSource)).one())
    manner = replace(manner, definition=definition, default_entity=default_entity)
    with transaction() as session:
        return try_manner(session, newest(session, SOURCE, 20), manner, utc_now())


def test_a_trial_shows_records_contacts_and_errors_and_changes_nothing() -> None:
    define()
    with transaction() as session:
        session.add(Contact(name="Ada Lovelace", given_name="Ada", surname="Lovelace"))
        set_making(session, "customer_need", True)
    store(
        form("Contact", Name="Grace Hopper", Email="grace@example.com"),
        form("FormSubmit", mail="grace@example.com", name="Grace Hopper", need="Tea", shoe=38),
        form("FormSubmit", mail="new@example.com", name="Ada Lovelace", born="soon"),
        b"[",
    )
    process()
    before = everything()
    results = tried(MAPPING)
    assert everything() == before
    words = "\n".join(tried_lines(results))
    assert "FormSubmit, would be set anew, since it was made before" in words
    assert "FormSubmit, would be made" in words
    assert "  body.mail -> Email = grace@example.com" in words
    assert "  the contact: found by email" in words
    assert "  the contact: made, of " in words
    assert "ColumnName:BirthDate." in words
    assert "Could not parse the webhook body" in words
    assert "  body.shoe -> no column, kept with the webhook = 38" in words
    assert words.endswith(
        "4 webhooks: 3 records would be made, 1 with warnings, 1 failed. Nothing was changed."
    )


def test_a_trial_of_several_records_and_posted_contacts_says_how_each_comes_to_its_contact() -> (
    None
):
    define()
    body = {"people": [{"mail": "a@example.com"}, {"mail": "a@example.com"}]}
    store(json.dumps(body).encode())
    toml = """
    [[map]]
    entity = "Contact"
    each = "body.people"
    columns = { Email = "item.mail" }
    """
    first, second = tried(toml)
    assert (first.contact, second.contact) == ("made, of email", "found by email")
    assert records(Contact) == []


def test_a_sample_shows_each_value_with_its_path() -> None:
    define(MAPPING.replace("[map.columns]", 'let = { data = "body.data" }\n[map.columns]'))
    store(json.dumps({"a b": [{"c": "d"}], "data": '{"x": 1}', "tags": ["u", "v"]}).encode())
    with reading() as session:
        (webhook,) = newest(session, SOURCE, 3)
        manner = manner_of(session.exec(select(WebhookSource)).one())
        lines = list(sample(webhook, manner.definition.map))
    shown = {line.partition("   ")[0] for each in lines for line in [each[62:]]}
    assert shown >= {'body."a b"[0].c', "data.x", "body.tags"}
    assert any("to look inside: let = { form = 'body.data' }" in line for line in lines)
