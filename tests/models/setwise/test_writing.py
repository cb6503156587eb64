"""Rows written a batch at a time, on both databases: what is read is what was written."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import col, select

from models.database import DatabaseRefusedError, reading, transaction
from models.identity import new_id
from models.setwise.writing import insert_missing, insert_rows, update_rows
from models.webhook import Status, Webhook

NOON = datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("database")


def row(**changed: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "received_at": NOON,
        "request_body": b"\x00\xff'\\N\t\n",
        "query_parameters": "",
        "headers": '[["Host", "a\tb\\nü"]]',
        "content_type": None,
        "webhook_source": "it's",
        "source_url": None,
        "api_key": new_id(),
        "status": Status.NEW,
        "status_since": NOON,
        "attempts": 0,
        "error_count": 0,
        "updates_record": False,
        **changed,
    }


def stored() -> list[dict[str, Any]]:
    with reading() as session:
        found = session.exec(select(Webhook).order_by(col(Webhook.id))).all()
    return [{name: getattr(webhook, name) for name in row()} for webhook in found]


def test_rows_are_read_as_they_were_written() -> None:
    rows = [row(), row(updates_record=True), row(content_type="text/plain")]
    with transaction() as session:
        insert_rows(session, Webhook, rows)
    assert stored() == sorted(rows, key=lambda each: each["id"])


def test_rows_are_updated_each_by_its_id() -> None:
    rows = [row(), row(), row()]
    changed = [
        {"id": each["id"], "content_type": f"type {number}", "status_since": NOON.replace(hour=13)}
        for number, each in enumerate(rows[:2])
    ]
    with transaction() as session:
        insert_rows(session, Webhook, rows)
        update_rows(session, Webhook.__table__, changed)  # type: ignore[attr-defined]
    expected = [rows[0] | changed[0], rows[1] | changed[1], rows[2]]
    assert stored() == sorted(expected, key=lambda each: each["id"])


def test_a_row_that_breaks_a_rule_is_refused_with_all_others_and_without_its_values() -> None:
    first = row()
    with transaction() as session:
        insert_rows(session, Webhook, [first])
    again = row(id=first["id"], webhook_source="Xanthippe")
    with pytest.raises(DatabaseRefusedError) as refused, transaction() as session:
        insert_rows(session, Webhook, [row(), again])
    assert "Xanthippe" not in str(refused.value)
    assert stored() == [first]


def test_a_row_that_is_there_is_left_as_it_is() -> None:
    first, other = row(), row()
    with transaction() as session:
        insert_rows(session, Webhook, [first])
        insert_missing(session, Webhook, [first | {"attempts": 9}, other])
    assert stored() == sorted([first, other], key=lambda each: each["id"])
