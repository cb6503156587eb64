"""create-entities: create object records based on incoming webhooks."""

from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from prefect import State, flow
from prefect.states import Completed, Failed

from flows.deliver_spooled_webhooks import deliver_spooled_webhooks
from flows.entities import run_subflows, with_steps_of_their_own
from flows.leftovers import mark_dead_runs_of_this_machine
from flows.reporting import leave_decisions, leave_outcomes, run_name
from flows.running import run_within
from flows.telling import tell_of
from models.matching.rules import Decision
from models.processing.claiming import chunks
from models.processing.outcome import Outcome, records_by_entity, sentence
from tasks.contacts import find_left_behind
from tasks.giving_back import give_back_of_ended_runs, giving_back, other_runs_at_work
from tasks.spool import spool_waits
from tasks.watching import watch_for_webhooks
from tasks.webhooks import claim_webhooks, create_entity, put_back_stuck_webhooks


@flow(name="create-entities", flow_run_name=lambda: run_name("create-entities"))
def create_entities(
    batch_size: int = 50, watch_seconds: int = 0, drain_seconds: int = 300
) -> State[None]:
    """Create records from the webhooks that are New, batch by batch, the oldest first.

    1. Claim a batch: New becomes Processing. First of all, what runs had claimed that were killed
       goes back to New.
    2. Put back those that stayed in Processing for too long; those that had their last attempt
       become Failed.
    3. Create the record of each: Done, or Failed with the reason logged.
    4. Run each entity's own subflow once, with the ids of the batch's records; and first of all,
       with those that a killed run has left behind.

    The run ends Failed where the database could not be reached or a subflow failed, and Completed
    where webhooks merely were bad; its message counts what became of them.

    Args:
        batch_size: how many webhooks to claim at a time.
        watch_seconds: how long to go on watching for new webhooks; with 0 the run ends when none
            is New.
        drain_seconds: how long to go on claiming batches where there are always more.
    """
    made = _Made()
    try:
        with giving_back():
            _take_up_what_was_left(made)
            _watch_and_drain(made, batch_size, watch_seconds, drain_seconds)
    finally:
        leave_outcomes(made.outcomes)
        leave_decisions(made.decisions)
        tell_of(made.outcomes)
    if made.failed:
        return Failed(message=f"{sentence(made.outcomes)}; failed: {', '.join(made.failed)}")
    return Completed(message=sentence(made.outcomes))


@dataclass
class _Made:
    """What a run has made so far."""

    outcomes: list[Outcome] = field(default_factory=list)
    decisions: list[tuple[str, Decision]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """The subflows that failed."""


def _take_up_what_was_left(made: _Made) -> None:
    """Take up what the receiver has spooled, and what runs have left behind that were killed."""
    if spool_waits() and not run_within(deliver_spooled_webhooks).is_completed():
        made.failed.append("deliver-spooled-webhooks")
    ended: list[UUID] = []
    if others := other_runs_at_work():
        mark_dead_runs_of_this_machine()
        ended = give_back_of_ended_runs(others)
    made.failed += run_subflows(find_left_behind(ended))


def _watch_and_drain(made: _Made, batch_size: int, watch_seconds: int, drain_seconds: int) -> None:
    end = monotonic() + watch_seconds
    while True:
        if monotonic() < end:
            trickle = watch_for_webhooks(end - monotonic())
            made.outcomes += trickle.outcomes
            made.decisions += trickle.decisions
            made.failed += run_subflows(
                with_steps_of_their_own(records_by_entity(trickle.outcomes))
            )
        _drain(made, batch_size, drain_seconds)
        if monotonic() >= end:
            break


def _drain(made: _Made, batch_size: int, seconds: int) -> None:
    """Claim batch after batch while there are any, and make their records."""
    end = monotonic() + seconds
    while monotonic() < end:
        batch = claim_webhooks(batch_size)
        made.outcomes += put_back_stuck_webhooks()
        if not batch:
            break
        created = [each for chunk in chunks(batch) for each in create_entity(chunk)]
        made.outcomes += created
        made.failed += run_subflows(records_by_entity(created))


if __name__ == "__main__":
    create_entities()
