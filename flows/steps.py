"""Building blocks for an entity's subflow: records taken up, and steps to take with them.

    @flow(name="event-registration")
    def event_registration(record_ids: list[UUID] | None = None) -> State[None]:
        with taken_up(EventRegistration, record_ids) as records:
            search_contact(records)
            call_url(records, "tell the organiser", "https://…")
        return records.state()

A record that stops at a step stays, with the step and the kind of error in `subflow_state`, and
takes no further step. The same flow, run again without ids, takes it up where it stopped.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect import State
from prefect.states import Completed, Failed

from flows.populate_site_events import populate_site_events as populate
from flows.running import run_within
from flows.search_and_create_contact import search_contacts_of
from models.entities import entities_of_people
from models.entity import Entity
from models.following.calling import as_body
from tasks.steps import (
    call_once,
    find_forms_of_people,
    finish_records,
    reach_step,
    stop_records,
    take_up_records,
    tell_once,
)


@dataclass
class Records:
    """The records that a run has taken up, and how many are through."""

    entity: str
    ids: list[UUID]
    """Those that have not stopped."""
    taken: int
    through: int = 0

    def at(self, step: str) -> list[UUID]:
        """Come to a step of your own, and return the ids of the records that it is for."""
        self.ids = reach_step(self.entity, self.ids, step) if self.ids else []
        return self.ids

    def state(self) -> State[None]:
        """Return the state for the flow to end in: Failed where a record has stopped."""
        stopped = self.taken - self.through
        message = f"{self.taken} records: {self.through} done"
        if stopped:
            return Failed(message=f"{message}, {stopped} stopped; see subflow_state")
        return Completed(message=message)


@contextmanager
def taken_up(entity: type[Entity], record_ids: list[UUID] | None = None) -> Iterator[Records]:
    """Take up records of an entity for a block of steps, and write down how it ended for each.

    Args:
        entity: whose records.
        record_ids: which ones; without them, all that wait or have failed, up to 500.
    """
    ids = take_up_records(entity.code(), record_ids)
    records = Records(entity.code(), ids, len(ids))
    try:
        yield records
    except Exception as error:
        stop_records(records.entity, records.ids, type(error).__name__)
        raise
    records.through = finish_records(records.entity, records.ids) if records.ids else 0


def search_contact(records: Records) -> None:
    """Find or make the person behind each record, where its entity names one."""
    ids = records.at("search and create contact")
    if ids and records.entity in entities_of_people():
        if search_contacts_of(records.entity, ids).is_completed():
            return
        stop_records(records.entity, ids, "the contact search failed")
        records.ids = []


def populate_site_events(records: Records) -> None:
    """Fetch what the people of these records did on the site, of what Matomo knows of their forms.

    A visitor id comes with a form, so that a person who never sent one has no site events.
    """
    ids = records.at("populate site events")
    if ids and records.entity in entities_of_people():
        form_ids = find_forms_of_people(records.entity, ids)
        if form_ids and not run_within(populate, form_ids).is_completed():
            stop_records(records.entity, ids, "the site events failed")
            records.ids = []


def call_url(
    records: Records,
    step: str,
    url: str,
    body: Callable[[Any], Mapping[str, Any]] = as_body,
) -> None:
    """Post each record to a URL, outside of any transaction, once for each record.

    Args:
        records: those that were taken up.
        step: a name for the step. It tells its calls from those of another, so do not change it.
        url: where to. The header `Idempotency-Key` is the same for a record however often it comes.
        body: makes the JSON of a record; without it, the record's columns by their codes.
    """
    if ids := records.at(step):
        call_once(records.entity, ids, step, url, body, return_state=True)
        records.ids = reach_step(records.entity, ids, step)


def notify(records: Records, step: str, notification: str) -> None:
    """Tell a notification's address of the records, each once, in one message with their ids.

    Args:
        records: those that were taken up.
        step: a name for the step, and the message's title. Do not change it.
        notification: its name, as `hookline notification list` shows it.
    """
    if ids := records.at(step):
        tell_once(records.entity, ids, step, notification, return_state=True)
        records.ids = reach_step(records.entity, ids, step)
