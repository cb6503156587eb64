"""Which run a task works for."""

from uuid import UUID

from prefect.runtime import flow_run


def run_id() -> UUID | None:
    """Return the id of the flow run, None outside of one."""
    return UUID(flow_run.id) if flow_run.id else None
