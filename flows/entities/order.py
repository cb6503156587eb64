"""order: what follows once orders were recorded. An example to copy for an entity of your own."""

from uuid import UUID

from prefect import State, flow
from prefect.states import Completed

from flows.reporting import count_of, run_name


@flow(name="order", flow_run_name=lambda: run_name("order"))
def order(record_ids: list[UUID]) -> State[None]:
    """Take orders further, with the ids of their records."""
    return Completed(message=count_of(record_ids, "order"))
