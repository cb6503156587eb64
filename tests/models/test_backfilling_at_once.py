"""Backfills at the same time, on PostgreSQL; SQLite has one writer at a time."""

from models.backfilling.form import WebhookSelection
from models.backfilling.webhooks import claim_again
from models.database import transaction
from models.identity import utc_now
from tests.backfilling import process, store

NO_ENTITY = {"Email": "ada@example.com"}


def test_two_backfills_at_once_claim_each_webhook_once(postgres_database: str) -> None:
    ids = store(NO_ENTITY, NO_ENTITY)
    process()
    form, now = WebhookSelection(), utc_now()
    with transaction() as one:
        assert claim_again(one, ids, form, now, now) == ids
        with transaction() as two:
            assert claim_again(two, ids, form, now, now) == []
    with transaction() as three:
        assert claim_again(three, ids, form, now, now) == []
