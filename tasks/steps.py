"""Tasks on the steps of a subflow: take records up, say how far they are, call to the outside."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from prefect import State, Task, task
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import task_run

from models.database import reading, transaction
from models.entities import entities, entities_of_people
from models.entity import Entity
from models.following import following
from models.following.calling import (
    CallAwayError,
    CallRefusedError,
    as_body,
    begin_calls,
    end_call,
    post,
)
from models.identity import utc_now
from models.notifying.addresses import NotificationError, find_notification
from models.notifying.message import records_told
from models.site_events.noting import forms_of_people
from tasks.retries import DATABASE_TASK, is_transient
from tasks.running import run_id
from tasks.sending import send

Body = Callable[[Any], Mapping[str, Any]]

TAKEN_AT_ONCE = 500


@task(**DATABASE_TASK)
def take_up_records(entity: str, record_ids: list[UUID] | None) -> list[UUID]:
    """Take records up that no other run has in hand, all that wait where none are named."""
    with transaction() as session:
        return following.take_up(session, entity, record_ids, TAKEN_AT_ONCE, utc_now(), run_id())


@task(**DATABASE_TASK)
def reach_step(entity: str, record_ids: list[UUID], step: str) -> list[UUID]:
    """Say which step records have come to; return those of them that have not stopped before."""
    with transaction() as session:
        following.reach(session, entity, record_ids, step)
        return following.still_running(session, entity, record_ids)


@task(**DATABASE_TASK)
def stop_records(entity: str, record_ids: list[UUID], problem: str) -> None:
    """Say that records have stopped at their step, and for which kind of error."""
    with transaction() as session:
        following.stop(session, entity, record_ids, problem, utc_now())


@task(**DATABASE_TASK)
def finish_records(entity: str, record_ids: list[UUID]) -> int:
    """Say that records are through all steps; count those that are."""
    with transaction() as session:
        through = following.still_running(session, entity, record_ids)
        following.finish(session, entity, through, utc_now())
        return len(through)


@task(**DATABASE_TASK)
def find_forms_of_people(entity: str, record_ids: list[UUID]) -> list[UUID]:
    """Return the forms, with a visitor id, of the people behind records of an entity."""
    with reading() as session:
        return forms_of_people(session, entities_of_people()[entity], record_ids)


def may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Say whether calls failed for something that may be over when they are tried again."""
    failed_for = state.result(raise_on_failure=False)
    return isinstance(failed_for, CallAwayError) or is_transient(_task, _run, state)


def _name_with_count() -> str:
    parameters = task_run.parameters
    return f"{parameters['step']} for {len(parameters['record_ids'])} of {parameters['entity']}"


@task(task_run_name=_name_with_count, **{**DATABASE_TASK, "retry_condition_fn": may_pass})
def call_once(
    entity: str, record_ids: list[UUID], step: str, url: str, body: Body = as_body
) -> None:
    """Post each record to a URL, once, and say of each that is refused that it has stopped.

    A call that was made is never made again, however often this is tried.

    Raises:
        CallAwayError: some calls could not be made now; they are tried again.
    """
    with transaction() as session:
        calls = begin_calls(session, entities()[entity], record_ids, step, utc_now())
    away = [each for each in calls if not _call(each.record, each, step, url, body)]
    if away:
        raise CallAwayError(f"{len(away)} calls could not be made.")


@task(task_run_name=_name_with_count, **{**DATABASE_TASK, "retry_condition_fn": may_pass})
def tell_once(entity: str, record_ids: list[UUID], step: str, notification: str) -> None:
    """Tell a notification's address of records, in one message, each record once.

    Raises:
        CallAwayError: the address did not take the message now; it is tried again.
    """
    with transaction() as session:
        calls = begin_calls(session, entities()[entity], record_ids, step, utc_now())
        ids = [call.record.id for call in calls]
        try:
            address = find_notification(session, notification).address
        except NotificationError:
            following.stop(session, entity, ids, "no such notification", utc_now())
            return
    told = records_told(entity, step, ids)
    if ids and not send(address, told.title, told.body):
        with transaction() as session:
            following.stop(session, entity, ids, "the address took no message", utc_now())
        raise CallAwayError("The address took no message.")
    with transaction() as session:
        for record_id in ids:
            end_call(session, entity, record_id, step, utc_now())
        following.go_on(session, entity, ids, utc_now())


def _call(record: Entity, call: Any, step: str, url: str, body: Body) -> bool:
    """Make one call, and write down how it ended; say whether it is settled."""
    code, ids = record.code(), [record.id]
    try:
        post(url, call, body(record))
    except (CallAwayError, CallRefusedError) as error:
        with transaction() as session:
            following.stop(session, code, ids, str(error), utc_now())
        return isinstance(error, CallRefusedError)
    with transaction() as session:
        end_call(session, code, record.id, step, utc_now())
        following.go_on(session, code, ids, utc_now())
    return True
