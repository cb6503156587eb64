"""An event that comes again makes no second webhook: as the database decides it, on both."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import func, select

from models.admitting.events import KEPT_FOR, Event
from models.admitting.repeats import forget_events, with_event
from models.admitting.tables import WebhookEvent, WebhookRefusal
from models.database import reading, transaction
from models.identity import new_id, utc_now
from models.receiving.spool import Spool
from models.receiving.storing import deliver, insert_webhooks
from models.settings import settings
from models.webhook import Webhook

pytestmark = pytest.mark.usefixtures("database")
NOW = utc_now()
HOUR = timedelta(hours=1)


def webhook(
    event: str | None, at: datetime = NOW, source: str = "shop", lasts: timedelta = KEPT_FOR
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": new_id(),
        "received_at": at,
        "request_body": b"{}",
        "query_parameters": "",
        "headers": "[]",
        "content_type": None,
        "webhook_source": source,
        "source_url": None,
        "api_key": new_id(),
    }
    return with_event(made, Event(event, at + lasts) if event else None)


def insert(*webhooks: dict[str, Any]) -> dict[UUID, UUID]:
    with transaction() as session:
        return insert_webhooks(session, webhooks)


def stored() -> set[UUID]:
    with reading() as session:
        return set(session.exec(select(Webhook.id)))


def test_a_repeat_is_not_stored_and_named_after_the_first() -> None:
    first, again = webhook("1"), webhook("1", NOW + HOUR)
    assert insert(first) == {}
    assert insert(again) == {again["id"]: first["id"]}
    assert stored() == {first["id"]}


def test_of_repeats_in_one_batch_the_first_is_stored() -> None:
    first, again, other = webhook("1"), webhook("1"), webhook("2")
    assert insert(other, first, again) == {again["id"]: first["id"]}
    assert stored() == {first["id"], other["id"]}


def test_what_differs_in_event_or_source_or_has_none_is_no_repeat() -> None:
    several = [webhook("1"), webhook("2"), webhook("1", source="b"), webhook(None), webhook(None)]
    assert insert(*several) == {}
    assert len(stored()) == 5


def test_after_its_time_the_same_is_an_event_of_its_own() -> None:
    first, within, after = (
        webhook("1", NOW + each, lasts=HOUR) for each in (timedelta(), HOUR / 2, HOUR)
    )
    assert [insert(each) for each in (first, within, after)] == [
        {},
        {within["id"]: first["id"]},
        {},
    ]
    assert stored() == {first["id"], after["id"]}


def test_one_that_came_long_before_what_was_noted_since_is_no_repeat() -> None:
    """As the spool delivers it: the same body, an hour and more apart."""
    late, spooled = webhook("1", NOW + 2 * HOUR, lasts=HOUR), webhook("1", lasts=HOUR)
    assert insert(late) == {}
    assert insert(spooled) == {}


def test_a_spool_delivers_one_of_each_event_and_delivered_again_no_more() -> None:
    spool = Spool(settings().resolved_spool_path(), 10**6)
    first, again = webhook("1"), webhook("1")
    for _ in range(2):  # the second time as after a kill between commit and removal
        spool.append([first, again])
        spool.close_segment()
        assert list(deliver(spool.folder)) == [2]
        assert stored() == {first["id"]}
    with reading() as session:
        assert session.exec(select(WebhookRefusal.reason, WebhookRefusal.requests)).all() == [
            ("repeat", 2)
        ]


def test_events_are_forgotten_once_their_time_is_over() -> None:
    insert(webhook("1", lasts=HOUR), webhook("2", lasts=HOUR), webhook("3"))
    with transaction() as session:
        assert forget_events(session, NOW + HOUR, 1) == 1
        assert forget_events(session, NOW + HOUR, 10) == 1
        assert forget_events(session, NOW + HOUR, 10) == 0
    with reading() as session:
        assert session.exec(select(func.count()).select_from(WebhookEvent)).one() == 1


def test_events_are_remembered_for_four_days_and_longer() -> None:
    assert timedelta(days=8) < KEPT_FOR
