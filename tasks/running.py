"""Which run a task works for, and whether it is to go on."""

from contextlib import suppress
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run


def run_id() -> UUID | None:
    """Return the id of the flow run, None outside of one."""
    return UUID(flow_run.id) if flow_run.id else None


def is_switched_off() -> bool:
    """Say whether the schedules of this run's deployment were switched off, or it was paused.

    A server that does not answer has switched off nothing.
    """
    if not (this_run := run_id()):
        return False
    with suppress(httpx.HTTPError, PrefectException), get_client(sync_client=True) as client:
        if deployment_id := client.read_flow_run(this_run).deployment_id:
            deployment = client.read_deployment(deployment_id)
            on = [each.active for each in deployment.schedules]
            return deployment.paused or (bool(on) and not any(on))
    return False
