"""backfill: run again, by hand, what was wrong and is put right. See its form in Prefect's UI."""

from collections.abc import Iterator
from uuid import UUID

from prefect import State, flow
from prefect.artifacts import create_table_artifact
from prefect.states import Completed, Failed

from flows.entities import run_subflows
from flows.reporting import Progress, leave_table, run_name
from flows.running import run_within
from flows.search_and_create_contact import search_and_create_contact
from models.backfilling.choices import Stage
from models.backfilling.form import Backfill
from models.backfilling.words import counted, ended
from models.claiming import chunks
from models.identity import utc_now
from models.outcome import Outcome, records_by_entity, sentence, worst_first
from tasks.backfilling import (
    claim_webhooks_again,
    count_chosen,
    find_chosen_records,
    find_chosen_webhooks,
    reopen_records,
)
from tasks.webhooks import create_entity

BATCH = 500

ALL_THAT_FAILED = Backfill()
"""The form as it stands when it is opened: only counts."""


@flow(name="backfill", flow_run_name=lambda: run_name("backfill"))
def backfill(what: Backfill = ALL_THAT_FAILED) -> State[None]:
    """Run webhooks again, or the contact search for records that are there.

    1. Count what is meant. A dry run, which is the default, ends here.
    2. Batch by batch, put webhooks back and run the process over them at once, contact search
       included; or search for the contacts of records anew.

    A second record is never made. A run that was stopped or killed is started again with the same
    form: what it was through is through, and what it had in hand goes back to New by itself.

    Args:
        what: Choose what to run again, and which. As it stands, the run only counts the webhooks
            that failed, and changes nothing.
    """
    if what.stage is Stage.SITE_EVENTS:
        return _site_events_again(what)
    found = count_chosen(what)
    said = counted(what, found)
    create_table_artifact(key="backfill-count", table=list(found.groups), description=said)
    if what.dry_run or not found.count:
        return Completed(message=said)
    return _webhooks_again(what) if what.stage is Stage.ALL else _contacts_again(what)


def _webhooks_again(what: Backfill) -> State[None]:
    started_at = utc_now()
    webhook_ids = find_chosen_webhooks(what.webhooks, what.limit)
    outcomes: list[Outcome] = []
    failed: list[str] = []
    progress = Progress("backfill", len(webhook_ids))
    try:
        for batch in _batches(webhook_ids):
            claimed = claim_webhooks_again(batch, what.webhooks, started_at)
            made = [each for chunk in chunks(claimed) for each in create_entity(chunk)]
            outcomes += made
            failed += run_subflows(records_by_entity(made))
            progress.add(len(batch))
    finally:
        rows = [outcome.as_row() for outcome in worst_first(outcomes)]
        leave_table("backfill", sentence(outcomes), rows)
    passed_over = len(webhook_ids) - len(outcomes)
    return _ended(ended(sentence(outcomes), passed_over), failed)


def _contacts_again(what: Backfill) -> State[None]:
    records = find_chosen_records(what.records, what.limit)
    total = sum(map(len, records.values()))
    failed: list[str] = []
    progress = Progress("backfill", total)
    for entity, record_ids in records.items():
        for batch in _batches(record_ids):
            reopen_records(entity, batch)
            state = run_within(search_and_create_contact, entity, batch)
            if not state.is_completed():
                failed.append(f"the contact search of {entity}")
            progress.add(len(batch))
    return _ended(f"The contacts of {total} records were searched for again", failed)


def _site_events_again(_what: Backfill) -> State[None]:
    """Refuse: the one place to call populate-site-events from, over `find_chosen_records`."""
    return Failed(
        message="The stage “site events” cannot be run yet: nothing was changed. Choose “all” or "
        "“contact search”."
    )


def _batches(ids: list[UUID]) -> Iterator[list[UUID]]:
    yield from (ids[at : at + BATCH] for at in range(0, len(ids), BATCH))


def _ended(said: str, failed: list[str]) -> State[None]:
    if failed:
        return Failed(message=f"{said}; failed: {', '.join(dict.fromkeys(failed))}")
    return Completed(message=said)


if __name__ == "__main__":
    backfill()
