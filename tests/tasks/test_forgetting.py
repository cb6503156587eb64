"""What was refused is forgotten in time, on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.admitting.counting import KEPT_FOR, add_refusals
from models.admitting.tables import WebhookEvent, WebhookRefusal
from models.database import reading, transaction
from models.identity import new_id, utc_now
from tasks.retention import forget_what_was_refused


@pytest.mark.usefixtures("database")
def test_events_and_counts_are_forgotten_when_their_time_is_over() -> None:
    now = utc_now()
    ends = {"a": -2, "b": -1, "c": -1, "d": 1}
    with transaction() as session:
        for sha256, days in ends.items():
            session.add(
                WebhookEvent(
                    webhook_source="shop",
                    event_sha256=sha256,
                    webhook_id=new_id(),
                    received_at=now - timedelta(days=30),
                    ends_at=now + timedelta(days=days),
                )
            )
        for age in (KEPT_FOR + timedelta(hours=2), timedelta()):
            add_refusals(session, {("shop", "rate"): 1}, now - age)
    assert forget_what_was_refused.fn(2) == 3
    assert forget_what_was_refused.fn(2) == 0
    with reading() as session:
        assert session.exec(select(WebhookEvent.event_sha256)).all() == ["d"]
        assert len(session.exec(select(WebhookRefusal)).all()) == 1
