"""order: what follows once orders were recorded. An example to copy for an entity of your own."""

from uuid import UUID

from prefect import State, flow

from flows.reporting import run_name
from flows.running import ended
from flows.search_and_create_contact import search_contacts_of
from models.entities.order import Order


@flow(name="order", flow_run_name=lambda: run_name("order"))
def order(record_ids: list[UUID]) -> State[None]:
    """Find or make the person each order is billed to; add the steps of your own here.

    Who is searched for is defined in models/entities/order.py.

    Args:
        record_ids: ids of orders. Those whose person was decided on are passed over.
    """
    return ended(search_contacts_of(Order.code(), record_ids))
