"""The suite that every entity passes: two lines in a test of yours run all of it.

    from flows.conformance import suite
    TestEventRegistration = suite("EventRegistration", Path("tests/payloads/registration.json"))

It runs on an SQLite database of its own, made by the migrations, ours and yours.
"""

import json
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import select

from flows.entities import subflow_of
from models.database import reading, transaction
from models.entities import entities, refusals
from models.entity import Entity, OfPerson
from models.extending import describing
from models.extending.scratch import own_database
from models.identity import new_id, utc_now
from models.matching.clues import clues_in
from models.matching.profiles import PROFILES
from models.migrations.writing import differences
from models.processing.claiming import claim
from models.processing.outcome import Outcome
from models.processing.recording import create_records
from models.reading.casting import Notation, can_cast_to
from models.reading.drafting import Draft, draft
from models.reading.parse_error import Kind
from models.webhook import Status, Webhook, WebhookEntity

JSON = "application/json"


def suite(code: str, payload: Path) -> type["Conformance"]:
    """Make the test class of an entity.

    Args:
        code: the entity's.
        payload: a file with an example of what is sent, as JSON.
    """
    return type(f"Test{code}", (Conformance,), {"code": code, "payload": payload})


class Conformance:
    """What holds of every entity."""

    code: ClassVar[str]
    payload: ClassVar[Path]

    @property
    def entity(self) -> type[Entity]:
        """Return the entity, which must have been found."""
        assert self.code in entities(), [*map(str, refusals())] or f"There is no {self.code}."
        return entities()[self.code]

    @property
    def example(self) -> dict[str, Any]:
        """Return the example payload."""
        return dict(json.loads(self.payload.read_text()))

    def draft_with(self, **changes: Any) -> Draft:
        """Draft the example with some parameters changed; with None they are left out."""
        sent = {
            name: value for name, value in (self.example | changes).items() if value is not None
        }
        return draft(JSON, json.dumps(sent).encode(), Notation(), {self.code})

    def test_the_example_becomes_a_record_without_errors(self) -> None:
        """Each parameter of the example fills a column, or is a list of details."""
        made = self.draft_with()
        assert not made.errors, [error.message for error in made.errors]
        assert not made.unknown, f"These are no columns: {', '.join(made.unknown)}"
        with own_database():
            (outcome,) = _process(self.example)
            with reading() as session:
                record = session.get_one(self.entity, outcome.record_id)
        assert outcome.status is Status.DONE
        assert {name: getattr(record, name) for name in made.values} == made.values

    def test_a_value_of_another_type_is_reported_by_its_column(self) -> None:
        """Text where a number, a day or an id is expected leaves the column empty, and is said."""
        for column in self.entity.columns():
            # A text may be the name of a lookup's row, which only the lookup can tell.
            if column.type is not str and can_cast_to(column.type) and not column.by_name:
                made = self.draft_with(**{column.code: "no such value"})
                assert (Kind.VALUE_NOT_CAST, column.code) in _kinds(made)

    def test_a_text_that_is_too_long_is_reported_by_its_column(self) -> None:
        """It leaves the column empty, and is said."""
        for column in self.entity.columns():
            if column.length is not None:
                made = self.draft_with(**{column.code: "x" * (column.length + 1)})
                assert (Kind.TEXT_TOO_LONG, column.code) in _kinds(made)

    def test_without_a_required_column_no_record_is_made(self) -> None:
        """The webhook is Failed, and says which column it is."""
        for column in self.entity.columns():
            if column.required:
                made = self.draft_with(**{column.code: None})
                assert made.failed
                assert (Kind.VALUE_REQUIRED, column.code) in _kinds(made)

    def test_the_example_says_who_the_person_is(self) -> None:
        """At least a usable email, or a phone, is in the columns that name the person."""
        if issubclass(self.entity, OfPerson):
            record = self.entity(**self.draft_with().values)
            clues = clues_in(record.define_search_options(), PROFILES["default"], "US")
            assert clues.emails or clues.phones

    def test_a_webhook_that_is_run_twice_makes_one_record(self) -> None:
        """A run that was killed, and one after it, do no more than one run does."""
        with own_database():
            _process(self.example)
            with transaction() as session:
                webhook = session.exec(select(Webhook)).one()
                webhook.status = Status.PROCESSING
                session.flush()
                create_records(session, [webhook.id], utc_now())
            assert len(self._records()) == 1

    def test_a_second_webhook_with_the_same_key_makes_no_second_record(self) -> None:
        """It updates the record, or is Failed, as the entity says."""
        key = self.entity.business_key
        if key:
            with own_database():
                _process(self.example)
                (second,) = _process(self.example)
                assert len(self._records()) == 1
            assert second.status is (Status.DONE if key.updates else Status.FAILED)

    def test_the_migrations_make_its_tables(self) -> None:
        """What they make is what its file defines, and webhooks may create it."""
        with own_database():
            assert differences(self.entity.__module__.split(".")[0]) == []
            with reading() as session:
                assert self.code in session.exec(select(WebhookEntity.name)).all()

    def test_the_description_names_every_column(self) -> None:
        """Senders can read what to send."""
        described = describing.describe(self.entity, None)
        for column in self.entity.columns():
            assert f"  {column.code} " in described

    def test_the_runs_of_its_subflow_name_nobody(self) -> None:
        """They are given ids, and their names hold nothing that was sent."""
        subflow = subflow_of(self.code)
        if subflow:
            assert list(subflow.parameters.properties) == ["record_ids"]
            name = subflow.flow_run_name
            named = name() if callable(name) else name or ""
            for value in self.example.values():
                assert not isinstance(value, str) or value not in named.split()

    def _records(self) -> list[UUID]:
        with reading() as session:
            return list(session.exec(select(self.entity.id)))


def _kinds(made: Draft) -> set[tuple[Kind, str | None]]:
    return {(error.kind, error.column) for error in made.errors}


def _process(payload: dict[str, Any]) -> list[Outcome]:
    """Store a webhook as the receiver does, and make its record as create-entities does."""
    with transaction() as session:
        session.add(
            Webhook(
                request_body=json.dumps(payload).encode(),
                content_type=JSON,
                webhook_source="conformance",
                api_key=new_id(),
            )
        )
    with transaction() as session:
        return create_records(session, claim(session, 10, utc_now()), utc_now())
