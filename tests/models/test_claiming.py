"""Which webhooks a run takes, and which come back, on both databases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from models.database import reading, transaction
from models.identity import new_id
from models.processing.claiming import chunks, claim, portions, put_back_stuck, some_are_new
from models.webhook import Status, Webhook, WebhookStatus
from tests.models.webhooks import store, stored

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


def claim_at(now: datetime, limit: int = 50) -> list[UUID]:
    with transaction() as session:
        return claim(session, limit, now)


def put_back_at(now: datetime) -> int:
    with transaction() as session:
        return put_back_stuck(session, now)


@pytest.mark.usefixtures("database")
class TestClaim:
    def test_the_oldest_are_claimed_first_and_no_more_than_asked_for(self) -> None:
        ids = [store(b"{}", at=NOON - minutes * timedelta(minutes=1))[0] for minutes in (1, 3, 2)]
        newest, oldest, middle = ids
        assert claim_at(NOON, limit=2) == [oldest, middle]
        assert stored(newest).status == Status.NEW

    def test_of_those_received_at_one_moment_the_first_stored_comes_first(self) -> None:
        ids = store(*[b"{}"] * 20, at=NOON)
        assert claim_at(NOON, limit=7) + claim_at(NOON, limit=20) == ids

    def test_a_claimed_webhook_is_processing_since_now_and_counts_the_attempt(self) -> None:
        (webhook_id,) = store(b"{}")
        claim_at(NOON)
        webhook = stored(webhook_id)
        assert (webhook.status, webhook.status_since) == (Status.PROCESSING, NOON)
        assert webhook.attempts == 1

    def test_nothing_is_claimed_twice(self) -> None:
        store(b"{}")
        assert len(claim_at(NOON)) == 1
        assert claim_at(NOON) == []

    @pytest.mark.parametrize("status", [Status.PROCESSING, Status.DONE, Status.FAILED])
    def test_only_new_ones_are_claimed(self, status: Status) -> None:
        (webhook_id,) = store(b"{}")
        set_status(webhook_id, status)
        assert claim_at(NOON) == []

    def test_some_are_new_until_all_are_claimed(self) -> None:
        store(b"{}")
        with transaction() as session:
            assert some_are_new(session)
            claim(session, 1, NOON)
            assert not some_are_new(session)


def set_status(webhook_id: UUID, status: Status) -> None:
    with transaction() as session:
        webhook = session.get_one(Webhook, webhook_id)
        webhook.status, webhook.status_since = status, NOON


@pytest.mark.usefixtures("database")
class TestPutBackStuck:
    def test_a_webhook_may_stay_in_processing_for_its_period_and_not_longer(self) -> None:
        (webhook_id,) = store(b"{}")
        claim_at(NOON)
        assert put_back_at(NOON + HOUR) == 0
        assert put_back_at(NOON + HOUR + MICROSECOND) == 1
        webhook = stored(webhook_id)
        assert (webhook.status, webhook.status_since) == (Status.NEW, NOON + HOUR + MICROSECOND)

    def test_the_period_is_the_one_in_the_lookup(self) -> None:
        store(b"{}")
        claim_at(NOON)
        with transaction() as session:
            session.exec(
                select(WebhookStatus).where(WebhookStatus.name == Status.PROCESSING)
            ).one().period_seconds = 60
        assert put_back_at(NOON + timedelta(seconds=60)) == 0
        assert put_back_at(NOON + timedelta(seconds=60) + MICROSECOND) == 1

    @pytest.mark.parametrize("status", [Status.NEW, Status.DONE, Status.FAILED])
    def test_no_other_status_is_touched(self, status: Status) -> None:
        (webhook_id,) = store(b"{}")
        set_status(webhook_id, status)
        assert put_back_at(NOON + 1000 * HOUR) == 0
        assert stored(webhook_id).status == status

    def test_one_that_was_put_back_is_claimed_again_and_counts_on(self) -> None:
        (webhook_id,) = store(b"{}")
        claim_at(NOON)
        put_back_at(NOON + 2 * HOUR)
        assert claim_at(NOON + 2 * HOUR) == [webhook_id]
        assert stored(webhook_id).attempts == 2


@pytest.mark.parametrize(
    ("webhooks", "sizes"),
    [
        (0, []),
        (1, [1]),
        (10_000, [10_000]),
        (10_001, [10_000, 1]),
        (500_000, [10_000] * 50),
        (500_001, [10_001] * 49 + [9952]),
    ],
)
def test_a_batch_is_cut_into_chunks_of_10000_or_more_and_fifty_at_most(
    webhooks: int, sizes: list[int]
) -> None:
    ids = [new_id() for _ in range(webhooks)]
    cut = chunks(ids)
    assert [len(chunk) for chunk in cut] == sizes
    assert [each for chunk in cut for each in chunk] == ids


def test_a_chunk_is_cut_so_that_a_transaction_has_a_bound(database: str) -> None:
    ids = store(*[b"x"] * 5)
    with reading() as session:
        cut = portions(session, ids, most=2)
    assert cut == [ids[:2], ids[2:4], ids[4:]]


def test_a_chunk_is_cut_so_that_the_bodies_in_memory_have_a_bound(database: str) -> None:
    ids = store(b"x" * 60, b"x" * 60, b"x" * 40, b"x" * 500, b"x")
    with reading() as session:
        cut = portions(session, ids, most_bytes=100)
    assert cut == [[ids[0]], [ids[1], ids[2]], [ids[3]], [ids[4]]]
