"""Flow runs of this machine that have no worker any more: dead ones, and living ones.

A worker that is killed -9 leaves its runs alive, each a process of its own that goes on working.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
import psutil

from flows.serving import WORK_POOL, prefect_api
from models.identity import utc_now

RUN_ID = "PREFECT__FLOW_RUN_ID"
"""The variable in which a run's process has the id of its run."""
STARTING = timedelta(seconds=60)
"""A run that is Pending for less than this may still be starting."""
PATIENCE_SECONDS = 5
ALIVE = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
DEAD = "The process of this run is gone. It was killed, or the machine was switched off."


def mark_dead_runs_of_this_machine() -> None:
    """Mark runs Crashed at once whose process is no longer on this machine, and their subflows.

    Only where the server has all of its workers on this machine: of others nothing can be seen.
    They wait for the automation.
    """
    with suppress(httpx.HTTPError), prefect_api() as api:
        if api.base_url.host in ("127.0.0.1", "localhost"):
            _mark_dead_runs(api)


def _mark_dead_runs(api: httpx.Client) -> None:
    ours = {"flow_runs": ALIVE, "work_pools": {"name": {"any_": [WORK_POOL]}}}
    found = api.post("/flow_runs/filter", json=ours).raise_for_status().json()
    # In this order: one that starts in between is not among those found.
    alive = {environment[RUN_ID] for _, environment in _runs()}
    dead = [run["id"] for run in found if run["id"] not in alive and not _is_starting(run)]
    while dead:
        for run_id in dead:
            state = {"state": {"type": "CRASHED", "message": DEAD}, "force": True}
            api.post(f"/flow_runs/{run_id}/set_state", json=state).raise_for_status()
        subflows = {"flow_runs": ALIVE | {"parent_flow_run_id": {"any_": dead}}}
        found = api.post("/flow_runs/filter", json=subflows).raise_for_status().json()
        dead = [run["id"] for run in found]


def _is_starting(run: dict[str, Any]) -> bool:
    since = datetime.fromisoformat(run["state"]["timestamp"])
    return run["state_type"] == "PENDING" and utc_now() - since < STARTING


def runs_without_worker() -> list[str]:
    """Return the ids of this machine's runs whose worker was killed: nobody sees them die."""
    return [environment[RUN_ID] for run, environment in _runs() if not _has_worker(run)]


def _has_worker(run: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return any({"worker", "start"} <= set(above.cmdline()) for above in run.parents())
    return True  # it ended just now


def end_runs(home: str) -> None:
    """End the runs that are left of a home folder; they give back what they have in hand."""
    left = [run for run, environment in _runs() if environment.get("HOOKLINE_HOME") == home]
    for run in left:
        with suppress(psutil.NoSuchProcess):
            run.terminate()
    for run in psutil.wait_procs(left, PATIENCE_SECONDS)[1]:
        with suppress(psutil.NoSuchProcess):
            run.kill()


def _runs() -> list[tuple[psutil.Process, dict[str, str]]]:
    """Return the processes of this user that are flow runs, with their environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            environment = process.environ()
            if RUN_ID in environment:
                found.append((process, environment))
    return found
