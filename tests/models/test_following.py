"""How far each record's subflow has come, in rows, on both databases."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from models.database import reading, transaction
from models.following import following, leaving
from models.following.subflow import SubflowState, SubflowStatus
from models.identity import new_id, utc_now

pytestmark = pytest.mark.usefixtures("database")

MINUTE = timedelta(minutes=1)


def wait(*record_ids: UUID) -> None:
    with transaction() as session:
        following.wait(session, "Badge", record_ids, utc_now())


def take_up(record_ids: list[UUID] | None = None) -> list[UUID]:
    with transaction() as session:
        return following.take_up(session, "Badge", record_ids, 100, utc_now(), None)


def statuses() -> dict[UUID, str]:
    with reading() as session:
        return {each.record_id: each.status for each in session.exec(select(SubflowState))}


def left_behind(after: timedelta) -> dict[str, list[UUID]]:
    with reading() as session:
        return leaving.left_behind(session, [], 100, utc_now() + after)


def test_records_that_wait_are_taken_up_once() -> None:
    record_ids = [new_id(), new_id()]
    wait(*record_ids)
    assert sorted(take_up()) == sorted(record_ids)
    assert take_up() == take_up(record_ids) == []
    assert set(statuses().values()) == {SubflowStatus.RUNNING}


def test_a_record_that_has_stopped_keeps_its_step_and_is_taken_up_again() -> None:
    through, stopped = new_id(), new_id()
    with transaction() as session:
        following.take_up(session, "Badge", [through, stopped], 100, utc_now(), None)
        following.reach(session, "Badge", [through, stopped], "print")
        following.stop(session, "Badge", [stopped], "HTTP 503", utc_now())
        following.finish(session, "Badge", [through, stopped], utc_now())
    assert statuses() == {through: SubflowStatus.DONE, stopped: SubflowStatus.FAILED}
    with reading() as session:
        state = session.get_one(SubflowState, ("Badge", stopped))
    assert (state.step, state.problem) == ("print", "HTTP 503")
    assert take_up() == [stopped]


def test_a_record_that_is_done_is_taken_up_by_its_id_alone() -> None:
    record_id = new_id()
    take_up([record_id])
    with transaction() as session:
        following.finish(session, "Badge", [record_id], utc_now())
    assert take_up() == []
    assert take_up([record_id]) == [record_id]


def test_a_record_that_a_webhook_updates_waits_again() -> None:
    record_id = new_id()
    take_up([record_id])
    with transaction() as session:
        following.finish(session, "Badge", [record_id], utc_now())
    wait(record_id)
    assert statuses() == {record_id: SubflowStatus.WAITING}


@pytest.mark.parametrize(
    ("taken", "after", "found"),
    [(False, MINUTE, 0), (False, 6 * MINUTE, 1), (True, 6 * MINUTE, 0), (True, 61 * MINUTE, 1)],
)
def test_what_a_killed_run_left_behind_is_found(taken: bool, after: timedelta, found: int) -> None:
    record_id = new_id()
    wait(record_id)
    if taken:
        take_up()
    assert left_behind(after).get("Badge", []) == [record_id] * found
