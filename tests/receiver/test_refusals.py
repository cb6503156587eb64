"""Requests that are not stored are counted, by source, reason and hour."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from models import migrations
from models.admitting.counting import add_refusals
from models.admitting.tables import WebhookRefusal
from models.database import DatabaseRefusedError, reading, transaction
from models.identity import utc_now
from models.settings import settings
from receiver.refusals import Refusals
from tests.receiver.conftest import within


def counted() -> list[tuple[str, str, int]]:
    with reading() as session:
        rows = session.exec(select(WebhookRefusal).order_by(WebhookRefusal.webhook_source))
        return [(row.webhook_source, row.reason, row.requests) for row in rows]


@pytest.mark.usefixtures("database")
def test_counts_of_one_hour_add_up() -> None:
    now = utc_now().replace(minute=10)
    for counts in ({("a", "signature"): 2, ("b", "rate"): 1}, {("a", "signature"): 3}):
        with transaction() as session:
            add_refusals(session, counts, now)
    assert counted() == [("a", "signature", 5), ("b", "rate", 1)]
    with transaction() as session:
        add_refusals(session, {("a", "signature"): 1}, now + timedelta(hours=1))
    assert sorted(counted())[:2] == [("a", "signature", 1), ("a", "signature", 5)]


def test_counts_wait_where_the_database_does_not_take_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", f"sqlite:///{tmp_path}/late.db")
    settings.cache_clear()
    refusals = Refusals()
    refusals.count("a", "rate")
    with pytest.raises(DatabaseRefusedError):
        refusals.write()
    migrations.upgrade()
    refusals.write()  # where its own thread has not taken them along at this moment
    assert within(10, lambda: counted() == [("a", "rate", 1)])


def test_an_unknown_key_is_counted_as_no_source(client: FlaskClient) -> None:
    assert client.post("/webhooks/unknown").status_code == 401
    client.application.extensions["refusals"].write()
    assert [counts[:2] for counts in counted()] == [("", "key")]
