"""What Prefect's server does by itself about runs of ours that were killed."""

from typing import Any

import httpx

SILENT = "hookline: silent runs have crashed"
KILLED = "hookline: killed runs are replaced"
HEARTBEAT_SECONDS = 30
"""How often a run says that it is alive; prefect.yaml has it too, for workers of other people."""
SILENT_HEARTBEATS = 5
"""So many that do not come are a death: fewer might be a server that was started again."""
NOTHING_HEARD = "Nothing was heard of this run: it was killed, or its machine is gone."
BY_A_SIGNAL = "Process exited with status code: -*"
"""What the worker says of a run that was killed begins so. One that ends by itself has a code of
its own, and would do so again at once."""


def deploy_automations(api: httpx.Client, work_pool: str, watching: str) -> None:
    """Set up what is done about runs of a work pool's deployments that were killed.

    A run that was killed -9, or whose machine is gone, cannot say so itself: it would go on saying
    Running, and hold its slot. Of the deployment whose runs watch, each that was killed is
    replaced: were all of them killed, the next would come with the schedule alone.

    Done again, it changes the automations that are there.

    Args:
        api: Prefect's server.
        work_pool: its name.
        watching: the deployment whose runs watch.

    Raises:
        HTTPError: Prefect's server does not take it.
    """
    deployments = _deployments(api, work_pool)
    _deploy(api, _crash_silent_runs(sorted(deployments.values())))
    _deploy(api, _replace_killed_runs(deployments[watching]))


def _deploy(api: httpx.Client, automation: dict[str, Any]) -> None:
    wanted = {"automations": {"name": {"any_": [automation["name"]]}}}
    there = api.post("/automations/filter", json=wanted).raise_for_status().json()
    if not there:
        api.post("/automations/", json=automation).raise_for_status()
    for each in there:
        changed = automation | {"enabled": each["enabled"]}  # off stays off
        api.put(f"/automations/{each['id']}", json=changed).raise_for_status()


def _deployments(api: httpx.Client, work_pool: str) -> dict[str, str]:
    """Return the ids of a work pool's deployments by their names."""
    wanted = {"work_pools": {"name": {"any_": [work_pool]}}}
    found = api.post("/deployments/filter", json=wanted).raise_for_status().json()
    return {each["name"]: each["id"] for each in found}


def _of(deployments: list[str]) -> dict[str, Any]:
    """Say that an event is to be about a run of one of these deployments."""
    return {
        "prefect.resource.role": "deployment",
        "prefect.resource.id": [f"prefect.deployment.{each}" for each in deployments],
    }


def _crash_silent_runs(deployments: list[str]) -> dict[str, Any]:
    """Describe it: after a heartbeat, whatever the run says next has to come within the time.

    Only of our own deployments: runs of others have heartbeats at times of their own.
    """
    return {
        "name": SILENT,
        "description": "A run that was killed cannot say so. Set up by `hookline work`.",
        "enabled": True,
        "trigger": {
            "type": "event",
            "posture": "Proactive",
            "match": {"prefect.resource.id": "prefect.flow-run.*"},
            "match_related": _of(deployments),
            "for_each": ["prefect.resource.id"],
            "after": ["prefect.flow-run.heartbeat"],
            "expect": ["prefect.flow-run.*"],
            "threshold": 1,
            "within": HEARTBEAT_SECONDS * SILENT_HEARTBEATS,
        },
        "actions": [
            {"type": "change-flow-run-state", "state": "CRASHED", "message": NOTHING_HEARD}
        ],
    }


def _replace_killed_runs(deployment: str) -> dict[str, Any]:
    """Describe it: where a run of the deployment was killed, another one starts at once."""
    return {
        "name": KILLED,
        "description": "Another run starts for one that was killed. Set up by `hookline work`.",
        "enabled": True,
        "trigger": {
            "type": "event",
            "posture": "Reactive",
            "match": {
                "prefect.resource.id": "prefect.flow-run.*",
                "prefect.state-message": [BY_A_SIGNAL, NOTHING_HEARD],
            },
            "match_related": _of([deployment]),
            "for_each": ["prefect.resource.id"],
            "expect": ["prefect.flow-run.Crashed"],
            "threshold": 1,
            "within": 0,
        },
        "actions": [{"type": "run-deployment", "source": "selected", "deployment_id": deployment}],
    }
