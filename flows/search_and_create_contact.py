"""search-and-create-contact: searching and creating contact."""

from collections.abc import Iterator
from uuid import UUID

from prefect import State, flow
from prefect.states import Completed

from flows.reporting import leave_decisions, run_name
from flows.running import run_within, unseen
from models.entities import entities_of_people
from models.matching.evidence import sentence
from models.matching.rules import Decision
from tasks.contacts import (
    build_missing_clues,
    clues_are_missing,
    find_waiting_records,
    search_and_create,
    some_wait_for_contact,
)

BATCH = 10_000
"""Records in one task run."""


@flow(
    name="search-and-create-contact",
    flow_run_name=lambda: run_name("search-and-create-contact"),
)
def search_and_create_contact(
    entity: str | None = None, record_ids: list[UUID] | None = None
) -> State[None]:
    """Tie records to the people behind them, found or made, in the order received.

    Given nothing, it takes every record that waits for its contact.

    Args:
        entity: the code of an entity, such as FormSubmit; without it, every entity with people.
        record_ids: ids of records of this entity; without them, all that wait.
    """
    if clues_are_missing():
        build_missing_clues()
    decisions: list[tuple[str, Decision]] = []
    try:
        for code in [entity] if entity else entities_of_people():
            for batch in _batches(code, record_ids):
                decided = search_and_create(code, unseen(batch))
                decisions += [(code, each) for each in decided]
                if not decided:  # another run has these in hand
                    break
    finally:
        leave_decisions(decisions)
    return Completed(message=sentence(decision for _, decision in decisions))


def search_contacts_of(entity: str, record_ids: list[UUID]) -> State[None]:
    """Search the contacts of these records as a subflow, where any of them waits for its own.

    Of webhooks that trickle in, all were found before what follows them begins. With a run of the
    search for nothing, Prefect's database grew half as fast again at ten webhooks a second.
    """
    if some_wait_for_contact(entity, record_ids):
        return run_within(search_and_create_contact, entity, record_ids)
    return Completed(message=sentence(()))


def _batches(entity: str, record_ids: list[UUID] | None) -> Iterator[list[UUID]]:
    if record_ids is not None:
        yield from (record_ids[at : at + BATCH] for at in range(0, len(record_ids), BATCH))
        return
    while waiting := find_waiting_records(entity, BATCH):
        yield waiting


if __name__ == "__main__":
    search_and_create_contact()
