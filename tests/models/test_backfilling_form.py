"""The form of a backfill: what it takes as it stands, and what it refuses in which words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from models.backfilling.choices import MadeBefore, Stage
from models.backfilling.form import Backfill, RecordSelection, WebhookSelection
from models.entities import entities, entities_of_people
from models.reading.parse_error import Kind


def test_as_it_stands_it_only_counts_failed_webhooks_and_keeps_their_records() -> None:
    form = Backfill()
    assert (form.stage, form.dry_run, form.limit) == (Stage.ALL, True, 1000)
    assert form.webhooks.statuses == ["Failed"]
    assert form.webhooks.made_before is MadeBefore.SKIP
    assert form.records.contact == "missing"


@pytest.mark.parametrize("part", [Backfill, WebhookSelection, RecordSelection])
def test_every_field_has_a_title_and_a_description(part: type[BaseModel]) -> None:
    for name, field in part.model_fields.items():
        assert field.title, name
        assert field.description and field.description.rstrip().endswith("."), name


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"limit": 0}, "greater than or equal to 1"),
        ({"limit": 100_001}, "less than or equal to 100000"),
        ({"stage": "everything"}, "'all', 'contact search' or 'site events'"),
        ({"webhooks": {"statuses": ["Lost"]}}, "'New', 'Failed' or 'Done'"),
        ({"webhooks": {"statuses": ["Processing"]}}, "'New', 'Failed' or 'Done'"),
        ({"webhooks": {"statuses": []}}, "at least 1 item"),
        ({"webhooks": {"entities": ["Leed"]}}, 'There is no entity "Leed". There are: Contact,'),
        ({"webhooks": {"kinds_of_error": ["bad"]}}, "'content-type-missing'"),
        ({"webhooks": {"made_before": "double"}}, "'skip' or 'update'"),
        ({"webhooks": {"ids": ["ada@example.com"]}}, "valid UUID"),
        ({"webhooks": {"sources": [" "]}}, "A source needs a name. Remove the empty line."),
        ({"webhooks": {"received": "today"}}, "Extra inputs are not permitted"),
        (
            {"webhooks": {"received_from": "2026-02-01", "received_until": "2026-01-01"}},
            "“Received until” must be later than “Received from”: the two dates are the wrong way",
        ),
        (
            {"webhooks": {"received_from": "2026-02-01", "received_until": "2026-02-01"}},
            "“Received until” must be later",
        ),
        (
            {
                "stage": "contact search",
                "records": {"made_from": "2026-02-01T00:00Z", "made_until": "2026-01-01"},
            },
            "“Made until” must be later than “Made from”",
        ),
        (
            {"stage": "contact search", "records": {"entities": ["Contact"]}},
            '"Contact" is no entity whose records are tied to people',
        ),
        ({"records": {"contact": "any"}}, "runs webhooks, but “Which records” was filled in"),
        (
            {"stage": "site events", "records": {"entities": ["Lead"]}},
            "The stage “site events” is for submitted forms. Under “Which records”, choose",
        ),
        (
            {"stage": "contact search", "webhooks": {"statuses": ["Done"]}},
            "The stage “contact search” runs records, but “Which webhooks” was filled in",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(sent: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Backfill.model_validate(sent)
    assert says in str(refused.value)


@pytest.mark.parametrize("contact", ["missing", "any"])
def test_site_events_take_the_form_as_it_stands(contact: str) -> None:
    records = {"contact": contact, "entities": ["FormSubmit"]}
    assert Backfill.model_validate({"stage": "site events", "records": records})
    assert Backfill.model_validate({"stage": "site events"})


def test_a_moment_without_a_zone_is_utc() -> None:
    chosen = WebhookSelection.model_validate({"received_from": "2026-02-01T10:00:00"})
    assert chosen.received_from == datetime(2026, 2, 1, 10, tzinfo=UTC)


def test_the_form_offers_what_there_is_to_choose_from() -> None:
    webhooks = WebhookSelection.model_json_schema()
    records = RecordSelection.model_json_schema()
    assert webhooks["properties"]["entities"]["items"]["enum"] == sorted(entities())
    assert records["properties"]["entities"]["items"]["enum"] == sorted(entities_of_people())
    assert webhooks["$defs"]["Kind"]["enum"] == list(Kind)
