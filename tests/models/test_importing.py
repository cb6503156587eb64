"""Import: what is taken, what is refused and how that is said, and exactly once."""

import base64
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models.database import reading, transaction
from models.importing.door import Door, Item
from models.importing.storing import batches, store
from models.webhook import Status, Webhook, WebhookRecord

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(*lines: Any, most_octets: int = 1000) -> list[Item]:
    text = b"".join(
        (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines
    )
    return list(Door("forms", NOW, most_octets).lines(io.BytesIO(text)))


def take(items: list[Item]) -> int:
    with transaction() as session:
        return sum(store(session, batch) for batch in batches(iter(items)))


WHOLE = {
    "body_base64": base64.b64encode(b"\xff\x00").decode(),
    "headers": [["X-A", "1"], ["X-A", "2"], ["content-type", "application/json"]],
    "query": "a=1",
    "source_url": "https://example.com",
    "received_at": "2025-01-02T03:04:05+02:00",
}


@pytest.mark.usefixtures("database")
def test_a_line_becomes_a_new_webhook_as_it_was_received() -> None:
    take(read(WHOLE))
    with reading() as session:
        webhook = session.exec(select(Webhook)).one()
    assert webhook.request_body == b"\xff\x00"
    assert webhook.received_at == datetime(2025, 1, 2, 1, 4, 5, tzinfo=UTC)
    assert (webhook.status, webhook.status_since) == (Status.NEW, NOW)
    assert (webhook.content_type, webhook.query_parameters) == ("application/json", "a=1")
    assert json.loads(webhook.headers) == WHOLE["headers"]
    assert (webhook.webhook_source, webhook.source_url) == ("forms", "https://example.com")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "invalid JSON"),
        (b"\xff", "invalid JSON"),
        (b"[]", "should be an object"),
        ({}, "say either body, as text, or body_base64"),
        ({"body": "x", "body_base64": "eA=="}, "say either body"),
        ({"body": {"Email": "secret"}}, "body: must be text; write a body that is JSON as text"),
        ({"body_base64": "secret!"}, "body_base64: value error, is not base64"),
        ({"body": "x", "recieved_at": "secret"}, "recieved_at: is not known: leave it out"),
        ({"body": "x", "received_at": "secret"}, "received_at: input should be a valid datetime"),
        ({"body": "x", "received_at": "2025-01-02T03:04:05"}, "has no time zone"),
        ({"body": "x", "received_at": "2026-03-01T12:00:01Z"}, "is in the future"),
        ({"body": "x", "headers": {"A": 1}}, "headers: must be text"),
        ({"body": "x", "query": "a\0secret"}, "query: holds a NUL character"),
        ({"body": "x", "headers": {"Content-Type": "a\0"}}, "headers: holds a NUL character"),
        (b'{"body": "\\ud800"}', "invalid JSON"),
        ({"body": "x" * 1001}, "the body is larger than 1000 bytes"),
        ({"body": "x" * 9000}, "the line is too long"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_what_to_do_and_keeps_no_other_out(
    line: Any, words: str
) -> None:
    _, bad, good = read({"body": "x"}, line, {"body": "y"})
    assert (bad.place, bad.row) == ("line 2", None)
    assert words in bad.problem and "secret" not in bad.problem
    assert (good.place, good.problem) == ("line 3", "")


def test_the_octets_of_all_items_are_those_of_the_file() -> None:
    lines = [b'{"body": "x"}', b"", b"{", b"x" * 9000]
    assert sum(item.octets for item in read(*lines)) == sum(len(line) + 1 for line in lines)


@pytest.mark.usefixtures("database")
def test_what_is_there_is_not_stored_again() -> None:
    assert take(read({"body": "x"}, {"body": "y"})) == 2
    assert take(read({"body": "x"}, {"body": "y"})) == 0


@pytest.mark.usefixtures("database")
def test_equal_lines_are_as_many_webhooks_each_time() -> None:
    assert take(read(*[{"body": "x"}] * 1200)) == 1200
    assert take(read(*[{"body": "x"}] * 1201)) == 1


@pytest.mark.usefixtures("database")
def test_a_line_that_was_corrected_comes_in_alone() -> None:
    assert take(read({"body": "x"}, b"{", {"body": "z"})) == 2
    assert take(read({"body": "x"}, {"body": "y"}, {"body": "z"})) == 1


@pytest.mark.usefixtures("database")
def test_a_webhook_that_was_imported_processed_and_deleted_stays_away() -> None:
    take(items := read({"body": "x"}))
    with transaction() as session:
        webhook = session.exec(select(Webhook)).one()
        session.add(
            WebhookRecord(webhook_id=webhook.id, entity="Lead", record_id=webhook.id, made_at=NOW)
        )
        session.delete(webhook)
    assert take(items) == 0


@pytest.mark.usefixtures("sqlite_database")
def test_a_folder_of_raw_bodies_comes_in_with_the_times_of_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "bodies"
    (folder / "more").mkdir(parents=True)
    (folder / "a.json").write_bytes(b"{}")
    (folder / "more" / "b.json").write_bytes(b"{}")
    os.utime(folder / "a.json", (at := datetime(2025, 1, 1, tzinfo=UTC).timestamp(), at))
    os.utime(folder / "more" / "b.json", (at := NOW.timestamp() + 60, at))
    (folder / ".hidden").write_bytes(b"{}")
    (folder / "large").write_bytes(b"x" * 1001)
    items = list(Door("forms", NOW, 1000).files(folder, "application/json"))
    assert [item.place for item in items if item.row] == ["a.json", "more/b.json"]
    assert [item.place for item in items if item.problem] == ["large"]
    assert (take(items), take(items)) == (2, 0)
    with reading() as session:
        received = {webhook.received_at for webhook in session.exec(select(Webhook))}
    assert received == {datetime(2025, 1, 1, tzinfo=UTC), NOW}  # a clock may be wrong: never later
