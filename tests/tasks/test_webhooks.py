"""Tasks on webhooks, as plain functions, on both databases."""

from datetime import timedelta

import pytest

from models.processing.periods import PeriodError
from models.webhook import Status
from tasks.webhooks import claim_webhooks, create_entity, put_back_stuck_webhooks
from tests.webhooks import FORM, make_stuck, records, set_stuck_limit, statuses, store

pytestmark = pytest.mark.usefixtures("database")


def test_the_oldest_are_claimed_and_are_processing() -> None:
    ids = store(FORM, FORM, FORM)
    assert claim_webhooks.fn(2) == ids[:2]
    assert statuses() == {Status.PROCESSING: 2, Status.NEW: 1}


def test_what_is_claimed_is_not_claimed_again() -> None:
    ids = store(FORM, FORM)
    assert [claim_webhooks.fn(1), claim_webhooks.fn(9), claim_webhooks.fn(9)] == [
        [ids[0]],
        [ids[1]],
        [],
    ]


def test_stuck_webhooks_go_back_to_new_after_the_limit_of_the_lookup() -> None:
    store(FORM, FORM)
    claim_webhooks.fn(9)
    assert put_back_stuck_webhooks.fn() == []
    assert statuses() == {Status.PROCESSING: 2}
    make_stuck()
    assert put_back_stuck_webhooks.fn() == []
    assert statuses() == {Status.NEW: 2}


def test_a_period_that_is_none_is_said_before_anything_is_claimed() -> None:
    store(FORM)
    set_stuck_limit(timedelta(0))
    with pytest.raises(PeriodError):
        claim_webhooks.fn(9)
    assert statuses() == {Status.NEW: 1}


def test_records_are_created_and_bad_webhooks_fail() -> None:
    good, _ = store(FORM, b"no JSON")
    outcomes = create_entity.fn(claim_webhooks.fn(9))
    assert [outcome.word for outcome in outcomes] == ["done", "failed"]
    assert records() == {good: 1}


def test_records_are_not_created_twice() -> None:
    (webhook_id,) = store(FORM)
    claimed = claim_webhooks.fn(9)
    (first,) = create_entity.fn(claimed)
    (again,) = create_entity.fn(claimed)
    assert again.record_id == first.record_id
    assert records() == {webhook_id: 1}
