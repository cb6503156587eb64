"""What would be made of a webhook, in words."""

from uuid import UUID

import pytest

from models.database import reading
from models.identity import new_id
from models.reading.explaining import explain
from models.webhook import Status
from tests.models.webhooks import form, process, store, stored

pytestmark = pytest.mark.usefixtures("database")


def explained(webhook_id: UUID) -> str:
    with reading() as session:
        explanation = explain(session, webhook_id)
    assert explanation
    return explanation


def test_each_parameter_is_told_with_its_column_and_value() -> None:
    (webhook_id,) = store(form("Contact", mobile_phone="+44 20", Age="36", Zip="", Shoe=38))
    text = explained(webhook_id)
    assert "Would make   Contact" in text
    assert "  mobile_phone -> MobilePhone = +44 20\n" in text
    assert "  Age -> Age = 36\n" in text
    assert "  Zip -> Zip = (empty)\n" in text
    assert text.endswith("  Shoe -> no column, kept with the webhook = 38")


def test_each_error_is_told_with_advice() -> None:
    (webhook_id,) = store(form("Contact", Age="old", CountryId=str(new_id())))
    text = explained(webhook_id)
    assert "ColumnName:Age. EntityName:Contact. Exception:Cannot cast Text to Integer." in text
    assert "Have the service send Age as Integer" in text
    assert "not found in country." in text


def test_a_webhook_of_which_nothing_can_be_made_tells_why() -> None:
    (webhook_id,) = store(b"<xml/>", content_type="text/xml")
    text = explained(webhook_id)
    assert "Content type text/xml, 6 bytes" in text
    assert "text/xml type of webhook is unsupported." in text
    assert "Would make" not in text


def test_nothing_is_written() -> None:
    (webhook_id,) = store(form("Contact", Name="Ada"))
    explained(webhook_id)
    assert stored(webhook_id).status == Status.NEW
    assert "Record made" not in explained(webhook_id)


def test_the_record_that_was_made_is_told() -> None:
    (webhook_id,) = store(form("Contact", Name="Ada"))
    (outcome,) = process()
    assert f"Record made  Contact {outcome.record_id}" in explained(webhook_id)


def test_what_would_steer_a_terminal_or_cannot_be_written_is_escaped() -> None:
    (webhook_id,) = store(form("Contact", Name="\x1b[2J\x9b", Odd="\ud83d\nWould make   Lead"))
    text = explained(webhook_id)
    assert r"Name -> Name = \x1b[2J\x9b" in text
    assert r"kept with the webhook = \ud83d\nWould make" in text
    assert text.encode()


def test_there_is_nothing_to_say_of_a_webhook_that_is_not_there() -> None:
    with reading() as session:
        assert explain(session, new_id()) is None
