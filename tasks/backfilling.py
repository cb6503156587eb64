"""Tasks of a backfill: count what is meant, find it, claim it again, reopen it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from prefect import task
from prefect.runtime import task_run

from models.backfilling.choices import Stage
from models.backfilling.form import Backfill, RecordSelection, WebhookSelection
from models.backfilling.forms import count_forms, find_forms
from models.backfilling.records import chosen_entities, count_records, find_records
from models.backfilling.webhooks import Found, claim_again, count_webhooks, find_webhooks
from models.database import reading, transaction
from models.entities import entities_of_people
from models.identity import utc_now
from models.matching.reopening import reopen
from models.site_events.anew import count_refetched, fetch_anew
from models.site_events.noting import Noted
from models.site_events.outcome import Refetched
from tasks.retries import DATABASE_TASK
from tasks.running import run_id


@task(**DATABASE_TASK)
def count_chosen(what: Backfill) -> Found:
    """Count the webhooks or records that a form means, in groups."""
    with reading() as session:
        if what.stage is Stage.ALL:
            return count_webhooks(session, what.webhooks)
        if what.stage is Stage.SITE_EVENTS:
            return count_forms(session, what.records)
        return count_records(session, what.records)


@task(**DATABASE_TASK)
def find_chosen_webhooks(chosen: WebhookSelection, limit: int) -> list[UUID]:
    """Return the ids of the webhooks that a form means, the oldest first."""
    with reading() as session:
        return find_webhooks(session, chosen, limit)


@task(**DATABASE_TASK)
def find_chosen_records(chosen: RecordSelection, limit: int) -> dict[str, list[UUID]]:
    """Return the ids of the records that a form means, by entity."""
    found: dict[str, list[UUID]] = {}
    with reading() as session:
        for code in chosen_entities(chosen):
            found[code] = find_records(session, code, chosen, limit)
            limit -= len(found[code])
    return found


def _name_with_count() -> str:
    return f"claim {len(task_run.parameters['webhook_ids'])} webhooks again"


@task(task_run_name=_name_with_count, **DATABASE_TASK)
def claim_webhooks_again(
    webhook_ids: list[UUID], chosen: WebhookSelection, unchanged_since: datetime
) -> list[UUID]:
    """Put these webhooks back and claim them; those that another run has are passed over."""
    with transaction() as session:
        return claim_again(session, webhook_ids, chosen, unchanged_since, utc_now(), run_id())


@task(**DATABASE_TASK)
def reopen_records(entity: str, record_ids: list[UUID]) -> None:
    """Let these records wait for their contact again."""
    with transaction() as session:
        reopen(session, entities_of_people()[entity], record_ids)


@task(**DATABASE_TASK)
def find_chosen_forms(chosen: RecordSelection, limit: int) -> list[UUID]:
    """Return the ids of the submitted forms that a form means, the oldest first."""
    with reading() as session:
        return find_forms(session, chosen, limit)


@task(**DATABASE_TASK)
def fetch_visitors_anew(form_ids: list[UUID], unless_since: datetime) -> Noted:
    """Make the visitors of these forms due, for all of the past 12 months."""
    with transaction() as session:
        return fetch_anew(session, form_ids, unless_since, utc_now())


@task(**DATABASE_TASK)
def count_fetched_visitors(web_visitor_ids: Collection[UUID], since: datetime) -> Refetched:
    """Count what became of these visitors since a moment."""
    with reading() as session:
        return count_refetched(session, web_visitor_ids, since)
