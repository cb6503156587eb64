"""form-submit: what follows once submitted forms were recorded."""

from uuid import UUID

from prefect import State, flow
from prefect.states import Completed

from flows.reporting import count_of, run_name


@flow(name="form-submit", flow_run_name=lambda: run_name("form-submit"))
def form_submit(record_ids: list[UUID]) -> State[None]:
    """Take submitted forms further; their people and site events follow here."""
    return Completed(message=count_of(record_ids, "submitted form"))
