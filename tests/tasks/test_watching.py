"""Watching for webhooks that trickle in, as a plain function, on both databases."""

from time import monotonic

import pytest

from models.matching.rules import Rule
from models.webhook import Status
from tasks.watching import TRICKLE, watch_for_webhooks
from tests.webhooks import FORM, statuses, store

pytestmark = pytest.mark.usefixtures("database")


def test_watching_takes_what_trickles_in_until_its_time_is_over() -> None:
    store(FORM, FORM, FORM)
    start = monotonic()
    trickle = watch_for_webhooks.fn(0.5)
    assert 0.5 <= monotonic() - start < 10
    assert [outcome.word for outcome in trickle.outcomes] == ["done"] * 3
    assert [decision.rule for _, decision in trickle.decisions] == [
        Rule.NEW,
        Rule.EMAIL,
        Rule.EMAIL,
    ]


def test_watching_ends_at_once_where_a_batch_waits() -> None:
    store(*[FORM] * (TRICKLE + 10))
    start = monotonic()
    assert len(watch_for_webhooks.fn(60).outcomes) == TRICKLE - 1
    assert monotonic() - start < 10
    assert statuses() == {Status.DONE: TRICKLE - 1, Status.NEW: 11}
