"""form-submit: what follows once submitted forms were recorded."""

from uuid import UUID

from prefect import State, flow

from flows.populate_site_events import populate_site_events
from flows.reporting import run_name
from flows.running import ended, run_within
from flows.search_and_create_contact import search_contacts_of
from models.entities.form_submit import FormSubmit


@flow(name="form-submit", flow_run_name=lambda: run_name("form-submit"))
def form_submit(record_ids: list[UUID]) -> State[None]:
    """Find or make the person behind each submitted form, then fetch what they did on the site.

    Args:
        record_ids: ids of submitted forms. Those whose person was decided on are passed over.
    """
    return ended(
        search_contacts_of(FormSubmit.code(), record_ids),
        run_within(populate_site_events, record_ids),
    )
