"""From claimed webhooks to records, on both databases."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, delete, select

from models.database import engine, reading, transaction
from models.entities.form_submit import FormSubmit
from models.entities.lead import Lead
from models.entities.order import Order
from models.identity import new_id, utc_now
from models.processing.claiming import claim
from models.processing.giving_back import give_back
from models.processing.recording import create_records, draft_claimed, save_drafted
from models.reading.parse_error import Kind
from models.source import add_source
from models.webhook import Status, Webhook, WebhookEntity, WebhookParseError, WebhookRecord
from tests.models.webhooks import SOURCE, country, form, logged, process, records, store, stored

pytestmark = pytest.mark.usefixtures("database")


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    yield statements
    event.remove(engine(), "before_cursor_execute", note)


def test_a_webhook_becomes_a_record_and_is_done() -> None:
    (webhook_id,) = store(form("FormSubmit", Email="ada@example.com"))
    (outcome,) = process()
    (made,) = records(FormSubmit)
    assert stored(webhook_id).status == Status.DONE
    assert (made.email, made.id) == ("ada@example.com", outcome.record_id)
    with reading() as session:
        tie = session.exec(select(WebhookRecord)).one()
    assert (tie.webhook_id, tie.position, tie.entity) == (webhook_id, 0, "FormSubmit")
    assert tie.record_id == made.id


def test_a_webhook_without_entity_name_fails_and_says_so() -> None:
    (webhook_id,) = store(b'{"Email": "ada@example.com"}')
    (outcome,) = process()
    (error,) = logged(webhook_id)
    assert stored(webhook_id).status == Status.FAILED
    assert outcome.record_id is None
    assert error.message == (
        "An error occurred while processing the webhook. "
        'The parameter "EntityName" should be existing and not empty.'
    )


def test_a_value_that_cannot_be_cast_leaves_its_column_empty_and_the_webhook_is_done() -> None:
    (webhook_id,) = store(form("FormSubmit", FullName="Ada", BirthDate="soon", Phone="1" * 51))
    (outcome,) = process()
    (made,) = records(FormSubmit)
    assert (made.full_name, made.birth_date, made.phone) == ("Ada", None, None)
    assert outcome.word == "done with warnings"
    webhook = stored(webhook_id)
    assert (webhook.status, webhook.error_count) == (Status.DONE, 2)
    assert [(each.kind, each.column) for each in logged(webhook_id)] == [
        (Kind.VALUE_NOT_CAST, "BirthDate"),
        (Kind.TEXT_TOO_LONG, "Phone"),
    ]


def test_parameters_that_are_no_column_are_kept_with_the_webhook() -> None:
    (webhook_id,) = store(form("Lead", Contact="Ada", Shoe=38.5, Odd="\0\ud83d", Tags=["a", "b"]))
    process()
    kept = json.loads(stored(webhook_id).unknown_parameters or "")
    assert kept == {"Shoe": "38.5", "Odd": "\0\ud83d", "Tags": ["a", "b"]}


@pytest.mark.parametrize("asked", ["SubmittedForm", "Submitted form", "Submission", "formsubmit"])
def test_a_submitted_form_goes_by_several_names(asked: str) -> None:
    (webhook_id,) = store(form(asked, Email="ada@example.com"))
    process()
    assert len(records(FormSubmit)) == 1
    assert stored(webhook_id).entity == "FormSubmit"


def test_an_entity_that_the_lookup_does_not_hold_is_not_found() -> None:
    with transaction() as session:
        session.exec(delete(WebhookEntity).where(col(WebhookEntity.name) == "Lead"))
    (webhook_id,) = store(form("Lead", Contact="Ada"))
    process()
    assert records(Lead) == []
    assert [each.kind for each in logged(webhook_id)] == [Kind.ENTITY_NOT_FOUND]


def test_a_lookup_that_is_there_is_filled_and_one_that_is_not_is_left_empty() -> None:
    france, nowhere = country("France"), new_id()
    good, bad = store(
        form("Lead", Contact="Ada", CountryId=str(france)),
        form("Lead", Contact="Grace", CountryId=str(nowhere)),
    )
    process()
    filled = {each.contact: each.country_id for each in records(Lead)}
    assert filled == {"Ada": france, "Grace": None}
    assert logged(good) == []
    (error,) = logged(bad)
    assert (error.kind, error.column) == (Kind.LOOKUP_NOT_FOUND, "CountryId")
    assert error.message.endswith(f'Exception:Item with id "{nowhere}" not found in country.')


def test_dates_and_numbers_are_read_as_the_source_writes_them() -> None:
    with transaction() as session:
        add_source(session, SOURCE, day_first=True, decimal_comma=True)
    store(form("Order", Date="03/04/2026", Amount="1.234,50"))
    process()
    (order,) = records(Order)
    assert (order.date.month, order.amount) == (4, Decimal("1234.5"))


def test_what_is_run_twice_makes_one_record() -> None:
    (webhook_id,) = store(form("Lead", Contact="Ada"))
    (first,) = process()
    with transaction() as session:
        (second,) = create_records(session, [webhook_id], utc_now())
    assert len(records(Lead)) == 1
    assert second.record_id == first.record_id


def test_a_webhook_put_back_after_it_made_its_record_keeps_it() -> None:
    (webhook_id,) = store(form("Lead", Contact="Ada"))
    (first,) = process()
    with transaction() as session:
        session.get_one(Webhook, webhook_id).status = Status.NEW
    (second,) = process()
    assert (len(records(Lead)), second.record_id) == (1, first.record_id)
    assert stored(webhook_id).status == Status.DONE


def test_a_failed_webhook_that_is_run_again_logs_its_errors_once() -> None:
    (webhook_id,) = store(b"{}")
    for _ in range(2):
        process()
        with transaction() as session:
            session.get_one(Webhook, webhook_id).status = Status.NEW
    assert len(logged(webhook_id)) == 1


def test_a_webhook_that_another_run_has_taken_is_passed_over() -> None:
    (webhook_id,) = store(form("Lead", Contact="Ada"))
    with transaction() as session:
        assert create_records(session, [webhook_id], utc_now()) == []
    assert stored(webhook_id).status == Status.NEW


def test_a_webhook_claimed_anew_since_it_was_drafted_is_left_to_the_run_that_has_it() -> None:
    (webhook_id,) = store(form("Lead", Contact="Ada"))
    first, second = new_id(), new_id()
    with transaction() as session:
        claim(session, 1, utc_now(), first)
    with reading() as session:
        drafted = draft_claimed(session, [webhook_id])
    with transaction() as session:
        give_back(session, [first], utc_now(), blameless=True)
        claim(session, 1, utc_now(), second)
    with transaction() as session:
        assert save_drafted(session, [webhook_id], drafted, utc_now(), first) == []
    assert (stored(webhook_id).flow_run_id, records(Lead)) == (second, [])


def test_drafting_writes_nothing() -> None:
    (webhook_id,) = store(form("Lead", Contact="Ada"))
    with transaction() as session:
        claim(session, 1, utc_now())
    with reading() as session, counted_statements() as statements:
        drafted = draft_claimed(session, [webhook_id])
    assert [part.draft.values["contact"] for part in drafted.parts] == ["Ada"]
    assert {statement.split()[0] for statement in statements} - {"BEGIN"} == {"SELECT"}


def test_record_errors_and_status_land_together_or_not_at_all() -> None:
    (webhook_id,) = store(form("FormSubmit", BirthDate="soon"))
    with pytest.raises(KeyboardInterrupt), transaction() as session:
        create_records(session, claim(session, 1, utc_now()), utc_now())
        raise KeyboardInterrupt
    assert (records(FormSubmit), logged(webhook_id)) == ([], [])
    assert stored(webhook_id).status == Status.NEW


def test_a_webhook_notes_when_and_by_which_run_it_was_done() -> None:
    (webhook_id,) = store(form("Lead", Contact="Ada"))
    now, run_id = utc_now(), new_id()
    with transaction() as session:
        create_records(session, claim(session, 1, now), now, run_id)
    webhook = stored(webhook_id)
    assert (webhook.flow_run_id, webhook.status_since, webhook.attempts) == (run_id, now, 1)


def test_the_number_of_statements_does_not_grow_with_the_chunk() -> None:
    france = str(country("France"))
    kinds = [
        form("Lead", Contact="Ada", CountryId=france),
        form("Lead", Contact="Ada", CountryId=str(new_id()), Zip="1" * 51),
        form("FormSubmit", Email="ada@example.com", Shoe=38),
        form("Order", Amount="1"),
        b"{}",
    ]
    counts = []
    for times in (1, 40):
        store(*kinds * times)
        with counted_statements() as statements:
            assert len(process()) == len(kinds) * times
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_every_error_is_logged_with_its_advice() -> None:
    store(b"{}", b"", form("Invoice"), form("FormSubmit", BirthDate="soon"))
    process()
    with reading() as session:
        errors = session.exec(select(WebhookParseError)).all()
    assert len(errors) == 4
    assert all(each.message and each.advice.endswith(".") for each in errors)
