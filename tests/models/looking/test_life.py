"""What became of a webhook, and what its parameters came to."""

from datetime import timedelta
from uuid import UUID

import pytest

from models.database import reading, transaction
from models.identity import new_id, utc_now
from models.looking.contacts import contact_page
from models.looking.fields import Field, Fields, fields_of
from models.looking.life import Event, life_of
from models.looking.records import record_of
from models.processing.claiming import claim
from models.site_events.tracking import FormTracking
from models.webhook import Webhook, WebhookRecord
from tests.receiver.console.made import arrive, arrive_raw, run

pytestmark = pytest.mark.usefixtures("sqlite_database")


def events(webhook_id: UUID) -> list[Event]:
    with reading() as session:
        life = life_of(session, webhook_id)
    assert life
    return list(life.events)


def fields(webhook_id: UUID) -> Fields:
    with reading() as session:
        life = life_of(session, webhook_id)
        assert life
        return fields_of(session, life.webhook, life.errors)


def by_name(webhook_id: UUID) -> dict[str, Field]:
    return {each.parameter: each for each in fields(webhook_id).fields}


def test_a_life_goes_from_received_to_the_contact() -> None:
    webhook_id = arrive(EntityName="FormSubmit", Email="ada@example.com")
    run()
    told = [(event.what, event.detail) for event in events(webhook_id)]
    assert told == [
        ("Received", "from forms"),
        ("Record", "FormSubmit"),
        ("Done", "no warning, 1 attempt"),
        ("Contact", "made, of email"),
    ]


def test_what_waits_and_what_a_run_has_in_hand_stand_last() -> None:
    webhook_id = arrive(EntityName="FormSubmit")
    assert (events(webhook_id)[-1].what, events(webhook_id)[-1].waits) == (
        "Waits for its turn",
        True,
    )
    with transaction() as session:
        claim(session, 1, utc_now() + timedelta(seconds=1))
    assert events(webhook_id)[-1].what == "Claimed by a run"


def test_a_failure_is_told_with_its_run() -> None:
    webhook_id = arrive(EntityName="Invoice")
    run()
    last = events(webhook_id)[-1]
    assert (last.what, last.failed) == ("Failed", True)
    assert last.run_id is not None


def test_site_events_are_part_of_a_life() -> None:
    webhook_id = arrive(EntityName="FormSubmit", Email="ada@example.com")
    run()
    with transaction() as session:
        made = session.get_one(WebhookRecord, (webhook_id, 0))
        session.add(FormTracking(form_submit_id=made.record_id, tracking="Not tracked"))
    assert ("Site events", "Not tracked") in [(e.what, e.detail) for e in events(webhook_id)]


def test_there_is_no_life_of_a_webhook_that_is_gone() -> None:
    with reading() as session:
        assert life_of(session, new_id()) is None


def test_each_parameter_says_which_column_it_went_to_or_that_it_went_nowhere() -> None:
    webhook_id = arrive(EntityName="FormSubmit", first_name="Ada", Colour="green", Consent="yes")
    run()
    found = by_name(webhook_id)
    assert (found["first_name"].column, found["first_name"].value) == ("FirstName", "Ada")
    assert (found["Colour"].column, found["Colour"].note) == (None, "")
    assert found["EntityName"].note == "names the entity"


def test_an_error_stands_beside_the_value_that_caused_it() -> None:
    webhook_id = arrive(EntityName="FormSubmit", BirthDate="soon")
    run()
    field = by_name(webhook_id)["BirthDate"]
    assert (field.sent, field.value) == ("soon", None)
    assert [error.kind for error in field.errors] == ["value-not-cast"]
    assert fields(webhook_id).other_errors == []


@pytest.mark.parametrize("body", [b"{", b"\xff\x00", b"[1]", b"", b"null"])
def test_a_body_that_cannot_be_read_says_why(body: bytes) -> None:
    webhook_id = arrive_raw(body)
    run()
    found = fields(webhook_id)
    assert found.problem is not None
    assert len(found.other_errors) == 1


def test_a_contact_shows_its_options_and_how_its_records_were_matched() -> None:
    webhook_id = arrive(EntityName="FormSubmit", Email="ada@example.com", FullName="Ada Lovelace")
    arrive(EntityName="Lead", Email="ADA@example.com")
    run()
    with reading() as session:
        made = session.get_one(WebhookRecord, (webhook_id, 0))
        record = record_of(session, "FormSubmit", made.record_id)
        assert record
        assert [webhook.id for _, webhook in record.webhooks if webhook] == [webhook_id]
        contact = contact_page(session, record.row.contact_id)  # type: ignore[attr-defined]
    assert contact
    assert [option.value for option in contact.options] == ["ada@example.com"]
    told = {code: evidence for code, _, evidence in contact.records}
    assert told == {"FormSubmit": "made, of full name and email", "Lead": "found by email"}


def test_a_record_outlives_its_webhook() -> None:
    webhook_id = arrive(EntityName="Lead", LeadName="Ten")
    run()
    with transaction() as session:
        made = session.get_one(WebhookRecord, (webhook_id, 0))
        session.delete(session.get_one(Webhook, webhook_id))
    with reading() as session:
        record = record_of(session, "Lead", made.record_id)
    assert record
    assert [webhook for _, webhook in record.webhooks] == [None]
