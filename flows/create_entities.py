"""create-entities: create object records based on incoming webhooks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from prefect import State, flow
from prefect.states import Completed, Failed

from flows.deliver_spooled_webhooks import deliver_spooled_webhooks
from flows.entities import run_subflows, with_steps_of_their_own
from flows.leftovers import mark_dead_runs_of_this_machine
from flows.reporting import leave_decisions, leave_outcomes, run_name
from flows.running import forget_results, run_within, spare_the_collector, unseen
from flows.telling import tell_of
from models.database import DatabaseAwayError
from models.matching.rules import Decision
from models.processing.claiming import chunks
from models.processing.outcome import Outcome, counted, records_by_entity
from tasks.contacts import find_left_behind, some_are_left_behind
from tasks.giving_back import give_back_of_ended_runs, giving_back, runs_that_left_something
from tasks.running import is_switched_off
from tasks.spool import spool_waits
from tasks.watching import TRICKLE, watch_for_webhooks
from tasks.webhooks import (
    claim_webhooks,
    create_entity,
    put_back_stuck_webhooks,
    webhooks_are_stuck,
    webhooks_wait,
)

ROUND_SECONDS = 60
"""How long a run watches before it looks again for what others have left."""
REPORT_SECONDS = 60
REPORT_WEBHOOKS = 10_000
"""How much may become of webhooks before it is reported: a run may go through millions."""


@flow(name="create-entities", flow_run_name=lambda: run_name("create-entities"))
def create_entities(
    batch_size: int = 50, watch_seconds: int = 0, drain_seconds: int = 300
) -> State[None]:
    """Create records from the webhooks that are New, batch by batch, the oldest first.

    1. Take up what was left: what runs had claimed that were killed goes back to New, and records
       that they did not come to run their entity's subflow.
    2. Watch for webhooks that trickle in, where the run is to.
    3. Claim a batch: New becomes Processing. Those that stayed in Processing for too long are put
       back; those that had their last attempt become Failed.
    4. Create the record of each: Done, or Failed with the reason logged.
    5. Run each entity's own subflow once, with the ids of the batch's records.

    A run that watches does so in rounds, and leaves its tables each minute in which something
    came. The run ends Failed where the database could not be reached or a subflow failed, and
    Completed where webhooks merely were bad; its message counts what became of them.

    Args:
        batch_size: how many webhooks to claim at a time.
        watch_seconds: how long to go on watching for new webhooks; with 0 the run ends when none
            is New.
        drain_seconds: how long to go on claiming batches where there are always more.
    """
    spare_the_collector()
    made = _Made()
    end = monotonic() + watch_seconds
    try:
        with giving_back():
            while True:
                _round(made, batch_size, end, drain_seconds)
                if monotonic() >= end or is_switched_off():
                    break
    finally:
        made.report()
    if made.failed:
        return Failed(message=f"{counted(made.counts)}; failed: {', '.join(made.failed)}")
    return Completed(message=counted(made.counts))


@dataclass
class _Made:
    """What a run has made so far."""

    counts: Counter[str] = field(default_factory=Counter)
    """How many webhooks became what."""
    outcomes: list[Outcome] = field(default_factory=list)
    """What was not reported yet."""
    decisions: list[tuple[str, Decision]] = field(default_factory=list)
    failed: dict[str, None] = field(default_factory=dict)
    """The subflows that failed, in order, and rounds that broke off."""
    reported_at: float = field(default_factory=monotonic)

    def add(
        self, outcomes: Sequence[Outcome], decisions: Sequence[tuple[str, Decision]] = ()
    ) -> None:
        self.counts.update(outcome.word for outcome in outcomes)
        self.outcomes += outcomes
        self.decisions += decisions

    def run_subflows(self, records: Mapping[str, Sequence[UUID]]) -> None:
        self.failed |= dict.fromkeys(run_subflows(records))

    def report_now_and_then(self) -> None:
        long_ago = monotonic() - self.reported_at > REPORT_SECONDS
        if long_ago or len(self.outcomes) >= REPORT_WEBHOOKS:
            self.report()

    def report(self) -> None:
        leave_outcomes(self.outcomes)
        leave_decisions(self.decisions)
        tell_of(self.outcomes)
        self.outcomes.clear()
        self.decisions.clear()
        self.reported_at = monotonic()


def _round(made: _Made, batch_size: int, end: float, drain_seconds: int) -> None:
    """Go once through the steps. A run that watches goes on where the database was away."""
    try:
        _take_up_what_was_left(made)
        _watch(made, min(end - monotonic(), ROUND_SECONDS))
        # Fewer than a batch, the next round of watching takes, at less cost.
        _drain(made, batch_size, drain_seconds, 1 if monotonic() >= end else TRICKLE)
    except DatabaseAwayError:
        if monotonic() >= end:
            raise
        made.failed["a round, for the database was away"] = None
    made.report_now_and_then()


def _take_up_what_was_left(made: _Made) -> None:
    """Take up what the receiver has spooled, and what runs have left behind that are over."""
    if spool_waits() and not run_within(deliver_spooled_webhooks).is_completed():
        made.failed["deliver-spooled-webhooks"] = None
    ended: list[UUID] = []
    if runs := runs_that_left_something():
        mark_dead_runs_of_this_machine()
        ended = give_back_of_ended_runs(runs)
    if ended or some_are_left_behind():
        made.run_subflows(find_left_behind(ended))


def _watch(made: _Made, seconds: float) -> None:
    if seconds > 0:
        trickle = watch_for_webhooks(seconds)
        made.add(trickle.outcomes, trickle.decisions)
        made.run_subflows(with_steps_of_their_own(records_by_entity(trickle.outcomes)))


def _drain(made: _Made, batch_size: int, seconds: int, at_least: int) -> None:
    """Claim batch after batch while so many wait, and make their records."""
    end = monotonic() + seconds
    while monotonic() < end and webhooks_wait(at_least):
        batch = claim_webhooks(batch_size)
        if webhooks_are_stuck():
            made.add(put_back_stuck_webhooks())
        if not batch:
            break
        created = [each for chunk in chunks(batch) for each in create_entity(unseen(chunk))]
        made.add(created)
        made.run_subflows(records_by_entity(created))
        made.report_now_and_then()
        forget_results()


if __name__ == "__main__":
    create_entities()
