"""The spool: what is kept while the database is away, on a real disk."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models.database import DatabaseRefusedError, reading
from models.identity import new_id
from models.receiving.spool import Spool, SpoolFullError, oldest_since, segments, size_of, taken
from models.receiving.storing import deliver
from models.webhook import Webhook

MEBIBYTE = 1024**2


def webhook(body: bytes = b"{}", **changed: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "received_at": datetime(2026, 11, 24, 12, tzinfo=UTC),
        "request_body": body,
        "query_parameters": "",
        "headers": "[]",
        "content_type": "application/json",
        "webhook_source": "test",
        "source_url": None,
        "api_key": new_id(),
    } | changed


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path, MEBIBYTE)
    yield made
    made.close_segment()


def test_what_was_appended_is_read_back_as_it_was(spool: Spool, tmp_path: Path) -> None:
    kept = [webhook(bytes(range(256))), webhook()]
    spool.append(kept)
    spool.close_segment()
    with taken(segments(tmp_path)[0]) as webhooks:
        assert webhooks == kept


def test_a_segment_that_is_written_to_is_left_alone(spool: Spool, tmp_path: Path) -> None:
    spool.append([webhook()])
    with taken(segments(tmp_path)[0]) as webhooks:
        assert webhooks is None
    assert len(segments(tmp_path)) == 1


def test_a_segment_stays_where_its_delivery_fails(spool: Spool, tmp_path: Path) -> None:
    spool.append([webhook()])
    spool.close_segment()
    with pytest.raises(ZeroDivisionError), taken(segments(tmp_path)[0]):
        _ = 1 / 0
    assert len(segments(tmp_path)) == 1


def test_a_spool_that_is_full_keeps_nothing_more_and_says_so(spool: Spool, tmp_path: Path) -> None:
    spool.most_bytes = 2000
    with pytest.raises(SpoolFullError, match="2000 bytes"):
        for _ in range(100):
            spool.append([webhook()])
    assert 0 < size_of(tmp_path) <= 2000


FULL_DISK = """
import resource, sys
from pathlib import Path
from models.receiving.spool import Spool, SpoolFullError
from tests.models.test_spool import webhook

spool = Spool(Path(sys.argv[1]), 1024**3)
spool.append([webhook()])
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # the system takes no byte beyond
try:
    spool.append([webhook(bytes(5000))])
except SpoolFullError:
    sys.exit(7)
"""


def test_a_disk_that_is_full_is_said_so_and_keeps_no_half_line(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", FULL_DISK, str(tmp_path)], check=False)
    assert ended.returncode == 7
    with taken(segments(tmp_path)[0]) as webhooks:
        assert webhooks is not None
        assert len(webhooks) == 1


def test_a_line_that_was_cut_off_was_never_answered_and_is_passed_over(
    spool: Spool, tmp_path: Path
) -> None:
    spool.append([webhook(), webhook()])
    spool.close_segment()
    (segment,) = segments(tmp_path)
    segment.write_bytes(segment.read_bytes()[:-20])
    with taken(segment) as webhooks:
        assert webhooks is not None
        assert len(webhooks) == 1


def test_a_line_that_the_disk_spoiled_is_kept_for_a_person(spool: Spool, tmp_path: Path) -> None:
    spool.append([webhook(), webhook()])
    spool.close_segment()
    (segment,) = segments(tmp_path)
    first, second = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(first[:40] + b"\xff" + first[41:] + second)
    with taken(segment) as webhooks:
        assert webhooks is not None
        assert len(webhooks) == 1
    assert segment.with_suffix(".damaged").read_bytes().count(b"\n") == 1


def test_the_spool_says_since_when_it_holds_something(spool: Spool, tmp_path: Path) -> None:
    assert oldest_since(tmp_path) is None
    before = datetime.now(UTC).replace(microsecond=0)
    spool.append([webhook()])
    since = oldest_since(tmp_path)
    assert since is not None
    assert since >= before


@pytest.mark.usefixtures("database")
def test_a_delivery_that_is_made_again_puts_each_webhook_into_the_table_once(
    spool: Spool, tmp_path: Path
) -> None:
    kept = [webhook(), webhook()]
    for _ in range(2):  # as after a delivery that was killed before its segment went
        spool.append(kept)
        spool.close_segment()
    assert list(deliver(tmp_path)) == [2, 2]
    with reading() as session:
        stored = session.exec(select(Webhook)).all()
    assert {each.id for each in stored} == {each["id"] for each in kept}
    assert {each.received_at for each in stored} == {kept[0]["received_at"]}
    assert segments(tmp_path) == []


@pytest.mark.usefixtures("database")
def test_a_segment_that_the_database_refuses_stays(spool: Spool, tmp_path: Path) -> None:
    spool.append([webhook(webhook_source=None)])
    spool.close_segment()
    with pytest.raises(DatabaseRefusedError):
        list(deliver(tmp_path))
    assert len(segments(tmp_path)) == 1


@pytest.mark.usefixtures("database")
def test_a_segment_that_the_database_refuses_holds_up_no_other(
    spool: Spool, tmp_path: Path
) -> None:
    for source in (None, "test"):
        spool.append([webhook(webhook_source=source)])
        spool.close_segment()
    with pytest.raises(DatabaseRefusedError):
        list(deliver(tmp_path))
    with reading() as session:
        assert len(session.exec(select(Webhook)).all()) == 1
    assert len(segments(tmp_path)) == 1
