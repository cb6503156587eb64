"""What draining is compared with: a row at a time, and Prefect with a flow run a webhook."""

from uuid import UUID

from prefect import flow, task

from models.database import transaction
from models.entities.form_submit import FormSubmit
from models.identity import utc_now
from models.matching.search import search_and_create_contacts
from models.processing.claiming import claim
from models.processing.outcome import Outcome
from models.processing.recording import create_records


def row_by_row(_batch_size: int) -> int:
    """Take one webhook after the other, as a loop over rows with the ORM does."""
    count = 0
    while webhook_ids := _claim_one():
        outcomes = _create(webhook_ids)
        _search(outcomes)
        count += len(webhook_ids)
    return count


def flow_run_each(_batch_size: int) -> int:
    """Have Prefect run a flow with two tasks for each webhook."""
    count = 0
    while webhook_ids := _claim_one():
        of_one_webhook(webhook_ids)
        count += len(webhook_ids)
    return count


@flow
def of_one_webhook(webhook_ids: list[UUID]) -> None:
    """Take one webhook."""
    outcomes = task(_create)(webhook_ids)
    task(_search)(outcomes)


def _claim_one() -> list[UUID]:
    with transaction() as session:
        return claim(session, 1, utc_now())


def _create(webhook_ids: list[UUID]) -> list[Outcome]:
    with transaction() as session:
        return create_records(session, webhook_ids, utc_now())


def _search(outcomes: list[Outcome]) -> None:
    record_ids = [record_id for outcome in outcomes for _, record_id in outcome.records]
    with transaction() as session:
        search_and_create_contacts(session, FormSubmit, record_ids, utc_now())
