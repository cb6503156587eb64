"""Records whose run is over before it came to what follows on them, on both databases."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from models.database import reading, transaction
from models.entities.form_submit import FormSubmit
from models.following import following
from models.following.leaving import left_behind, let_go, runs_with_records
from models.identity import new_id, utc_now
from models.matching.search import search_and_create_contacts
from models.processing.claiming import claim
from models.processing.recording import create_records
from tests.models.webhooks import form, store

pytestmark = pytest.mark.usefixtures("database")

SOON = timedelta(seconds=10)
LATER = timedelta(minutes=6)


def made_by(run: UUID | None, *, searched: bool = False) -> UUID:
    """Have a run make the record of a submitted form, and perhaps search for its contact."""
    store(form("FormSubmit", Email=f"{new_id()}@example.com"))
    with transaction() as session:
        claimed = claim(session, 1, utc_now(), run)
        create_records(session, claimed, utc_now(), run)
    with transaction() as session:
        record_id = session.exec(select(FormSubmit.id).order_by(col(FormSubmit.id))).all()[-1]
        if searched:
            search_and_create_contacts(session, FormSubmit, [record_id], utc_now(), run)
    return record_id


def left(after: timedelta, ended: Collection[UUID] = ()) -> dict[str, list[UUID]]:
    with reading() as session:
        return left_behind(session, ended, 100, utc_now() + after)


def runs() -> set[UUID]:
    with reading() as session:
        return runs_with_records(session, utc_now(), 100)


def test_a_record_of_a_run_that_is_over_is_left_behind_at_once() -> None:
    alive, ended = new_id(), new_id()
    made_by(alive)
    record_id = made_by(ended)
    assert left(SOON, [ended]) == {"FormSubmit": [record_id]}
    assert left(SOON) == {}


def test_a_record_of_any_run_is_left_behind_after_minutes() -> None:
    record_ids = [made_by(new_id()), made_by(None)]
    assert left(LATER) == {"FormSubmit": record_ids}


def test_a_record_whose_contact_was_searched_is_never_left_behind() -> None:
    ended = new_id()
    made_by(ended, searched=True)
    assert left(LATER, [ended]) == {}


def test_the_runs_are_named_whose_records_wait() -> None:
    waits, through = new_id(), new_id()
    made_by(waits)
    made_by(through, searched=True)
    made_by(None)
    assert runs() == {waits}
    with reading() as session:
        assert runs_with_records(session, utc_now() - SOON, 100) == set()


def test_a_record_at_a_step_of_a_run_that_is_over_is_taken_up_anew_at_once() -> None:
    alive, ended, record_id = new_id(), new_id(), new_id()
    with transaction() as session:
        following.take_up(session, "Badge", [record_id], 100, utc_now(), ended)
        following.take_up(session, "Badge", [new_id()], 100, utc_now(), alive)
    assert runs() == {alive, ended}
    with transaction() as session:
        let_go(session, [ended])
    assert left(SOON, [ended]) == {"Badge": [record_id]}
    with transaction() as session:
        assert following.take_up(session, "Badge", [record_id], 100, utc_now(), alive)
