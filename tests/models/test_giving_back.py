"""Webhooks whose run is over go back to New at once, on both databases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.database import transaction
from models.identity import new_id
from models.processing.claiming import claim
from models.processing.giving_back import give_back, holders
from models.processing.recording import create_records
from models.webhook import Status
from tests.models.webhooks import store, stored

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FORM = b'{"EntityName": "FormSubmit", "Email": "ada@example.com"}'

pytestmark = pytest.mark.usefixtures("database")


def claimed_by(run: UUID | None, count: int = 1) -> list[UUID]:
    store(*[FORM] * count)
    with transaction() as session:
        return claim(session, count, NOON, run)


def given_back(run: UUID, *, blameless: bool = True) -> int:
    with transaction() as session:
        return give_back(session, [run], NOON, blameless=blameless)


def test_what_a_run_has_in_hand_goes_back_and_what_another_has_stays() -> None:
    run, other = new_id(), new_id()
    (mine,), (theirs,) = claimed_by(run), claimed_by(other)
    assert given_back(run) == 1
    assert (stored(mine).status, stored(theirs).status) == (Status.NEW, Status.PROCESSING)


def test_what_a_run_was_through_with_stays() -> None:
    run = new_id()
    done, in_hand = claimed_by(run, 2)
    with transaction() as session:
        create_records(session, [done], NOON, run)
    assert given_back(run) == 1
    assert (stored(done).status, stored(in_hand).status) == (Status.DONE, Status.NEW)


@pytest.mark.parametrize(("blameless", "attempts"), [(True, 0), (False, 1)])
def test_an_attempt_counts_where_the_run_was_killed(blameless: bool, attempts: int) -> None:
    run = new_id()
    (webhook_id,) = claimed_by(run)
    given_back(run, blameless=blameless)
    assert stored(webhook_id).attempts == attempts


def test_the_runs_are_named_that_have_something_in_hand() -> None:
    run, through = new_id(), new_id()
    claimed_by(run, 3)
    done = claimed_by(through)
    claimed_by(None)
    with transaction() as session:
        create_records(session, done, NOON, through)
        assert holders(session, NOON + timedelta(seconds=1)) == [run]
        assert holders(session, NOON) == []
