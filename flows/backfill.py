"""backfill: run again, by hand, what was wrong and is put right. See its form in Prefect's UI."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from prefect import State, flow
from prefect.artifacts import create_table_artifact
from prefect.states import Completed, Failed

from flows.entities import run_subflows
from flows.populate_site_events import populate_site_events
from flows.reporting import MOST_ROWS, Progress, leave_table, run_name
from flows.running import forget_results, run_within, spare_the_collector, unseen
from flows.search_and_create_contact import search_and_create_contact
from models.backfilling.choices import Stage
from models.backfilling.form import Backfill
from models.backfilling.words import counted, ended
from models.identity import utc_now
from models.processing.claiming import chunks
from models.processing.outcome import Outcome, records_by_entity, worst_first
from models.processing.outcome import counted as sentence_of
from models.settings import settings
from models.site_events.noting import Noted, together
from models.site_events.outcome import forms_sentence, refetched_sentence
from tasks.backfilling import (
    claim_webhooks_again,
    count_chosen,
    count_fetched_visitors,
    fetch_visitors_anew,
    find_chosen_forms,
    find_chosen_records,
    find_chosen_webhooks,
    reopen_records,
)
from tasks.giving_back import giving_back
from tasks.webhooks import create_entity

BATCH = 500

ALL_THAT_FAILED = Backfill()
"""The form as it stands when it is opened: only counts."""


@flow(name="backfill", flow_run_name=lambda: run_name("backfill"))
def backfill(what: Backfill = ALL_THAT_FAILED) -> State[None]:
    """Run webhooks again, or the contact search or the site events for records that are there.

    1. Count what is meant. A dry run, which is the default, ends here.
    2. Batch by batch, put webhooks back and run the process over them at once, contact search
       included; or search for the contacts of records anew; or fetch from Matomo anew what the
       people behind submitted forms did on the site.

    A second record is never made. A run that was stopped or killed is started again with the same
    form: what it was through is through, and what it had in hand goes back to New by itself.

    Args:
        what: Choose what to run again, and which. As it stands, the run only counts the webhooks
            that failed, and changes nothing.
    """
    found = count_chosen(what)
    said = counted(what, found)
    create_table_artifact(key="backfill-count", table=list(found.groups), description=said)
    if what.dry_run or not found.count:
        return Completed(message=said)
    spare_the_collector()
    return _AGAIN[what.stage](what)


def _webhooks_again(what: Backfill) -> State[None]:
    started_at = utc_now()
    webhook_ids = find_chosen_webhooks(what.webhooks, what.limit)
    counts: Counter[str] = Counter()
    shown: list[Outcome] = []  # a backfill may go through millions
    failed: list[str] = []
    progress = Progress("backfill", len(webhook_ids))
    try:
        with giving_back():
            for batch in _batches(webhook_ids):
                claimed = claim_webhooks_again(batch, what.webhooks, started_at)
                made = [each for chunk in chunks(claimed) for each in create_entity(unseen(chunk))]
                counts.update(outcome.word for outcome in made)
                shown = worst_first([*shown, *made])[:MOST_ROWS]
                failed += run_subflows(records_by_entity(made))
                progress.add(len(batch))
                forget_results()
    finally:
        leave_table("backfill", sentence_of(counts), shown, Outcome.as_row, counts.total())
    passed_over = len(webhook_ids) - counts.total()
    return _ended(ended(sentence_of(counts), passed_over), failed)


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


def _site_events_again(what: Backfill) -> State[None]:
    started_at = utc_now()
    form_ids = find_chosen_forms(what.records, what.limit)
    portions: list[Noted] = []
    failed: list[str] = []
    progress = Progress("backfill", len(form_ids))
    for batch in _batches(form_ids):
        portions.append(fetch_visitors_anew(batch, started_at))
        if not run_within(populate_site_events, batch).is_completed():
            failed.append("populate-site-events")
        progress.add(len(batch))
    noted = together(portions)
    visitors = _batches(noted.web_visitor_ids)
    counts = [count_fetched_visitors(batch, started_at) for batch in visitors]
    said = f"{forms_sentence(noted.by_tracking)}; {refetched_sentence(counts)}"
    return _ended(
        said if settings().matomo_url else f"{said}; HOOKLINE_MATOMO_URL is empty", failed
    )


_AGAIN = {
    Stage.ALL: _webhooks_again,
    Stage.CONTACT_SEARCH: _contacts_again,
    Stage.SITE_EVENTS: _site_events_again,
}


def _batches(ids: list[UUID]) -> Iterator[list[UUID]]:
    yield from (ids[at : at + BATCH] for at in range(0, len(ids), BATCH))


def _ended(said: str, failed: list[str]) -> State[None]:
    if failed:
        return Failed(message=f"{said}; failed: {', '.join(dict.fromkeys(failed))}")
    return Completed(message=said)


if __name__ == "__main__":
    backfill()
