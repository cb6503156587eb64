"""create-entities: create object records based on incoming webhooks."""

from time import monotonic

from prefect import State, flow
from prefect.states import Completed, Failed

from flows.deliver_spooled_webhooks import deliver_spooled_webhooks
from flows.entities import run_subflows, with_steps_of_their_own
from flows.reporting import leave_decisions, leave_outcomes, run_name
from flows.running import run_within
from flows.telling import tell_of
from models.matching.rules import Decision
from models.processing.claiming import chunks
from models.processing.outcome import Outcome, records_by_entity, sentence
from tasks.contacts import find_left_behind
from tasks.spool import spool_waits
from tasks.watching import watch_for_webhooks
from tasks.webhooks import claim_webhooks, create_entity, put_back_stuck_webhooks


@flow(name="create-entities", flow_run_name=lambda: run_name("create-entities"))
def create_entities(
    batch_size: int = 50, watch_seconds: int = 0, drain_seconds: int = 300
) -> State[None]:
    """Create records from the webhooks that are New, batch by batch, the oldest first.

    1. Claim a batch: New becomes Processing.
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
    end = monotonic() + watch_seconds
    outcomes: list[Outcome] = []
    decisions: list[tuple[str, Decision]] = []
    failed_subflows: list[str] = []
    try:
        if spool_waits() and not run_within(deliver_spooled_webhooks).is_completed():
            failed_subflows.append("deliver-spooled-webhooks")
        failed_subflows += run_subflows(find_left_behind())
        while True:
            if monotonic() < end:
                trickle = watch_for_webhooks(end - monotonic())
                outcomes += trickle.outcomes
                decisions += trickle.decisions
                followed = with_steps_of_their_own(records_by_entity(trickle.outcomes))
                failed_subflows += run_subflows(followed)
            drain_end = monotonic() + drain_seconds
            while monotonic() < drain_end:
                batch = claim_webhooks(batch_size)
                outcomes += put_back_stuck_webhooks()
                if not batch:
                    break
                created = [each for chunk in chunks(batch) for each in create_entity(chunk)]
                outcomes += created
                failed_subflows += run_subflows(records_by_entity(created))
            if monotonic() >= end:
                break
    finally:
        leave_outcomes(outcomes)
        leave_decisions(decisions)
        tell_of(outcomes)
    if failed_subflows:
        return Failed(message=f"{sentence(outcomes)}; failed: {', '.join(failed_subflows)}")
    return Completed(message=sentence(outcomes))


if __name__ == "__main__":
    create_entities()
