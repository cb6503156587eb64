"""What Prefect's server does by itself for our runs: those that fell silent become Crashed."""

from typing import Any

import httpx

NAME = "hookline: silent runs have crashed"
HEARTBEAT_SECONDS = 30
"""How often a run says that it is alive; prefect.yaml has it too, for workers of other people."""
SILENT_HEARTBEATS = 5
"""So many that do not come are a death: fewer might be a server that was started again."""


def crash_silent_runs(api: httpx.Client, work_pool: str) -> None:
    """Have runs of a work pool's deployments marked Crashed once their heartbeats stay away.

    A run that was killed -9, or whose machine is gone, cannot say so itself: it would go on saying
    Running, and hold its slot. Done again, it changes the automation that is there.

    Raises:
        HTTPError: Prefect's server does not take it.
    """
    automation = _automation(_deployments(api, work_pool))
    wanted = {"automations": {"name": {"any_": [NAME]}}}
    there = api.post("/automations/filter", json=wanted).raise_for_status().json()
    if not there:
        api.post("/automations/", json=automation).raise_for_status()
    for each in there:
        changed = automation | {"enabled": each["enabled"]}  # off stays off
        api.put(f"/automations/{each['id']}", json=changed).raise_for_status()


def _deployments(api: httpx.Client, work_pool: str) -> list[str]:
    wanted = {"work_pools": {"name": {"any_": [work_pool]}}}
    found = api.post("/deployments/filter", json=wanted).raise_for_status().json()
    return sorted(f"prefect.deployment.{each['id']}" for each in found)


def _automation(deployments: list[str]) -> dict[str, Any]:
    """Describe it: after a heartbeat, whatever the run says next has to come within the time.

    Only of our own deployments: runs of others have heartbeats at times of their own.
    """
    return {
        "name": NAME,
        "description": "A run that was killed cannot say so. Set up by `hookline work`.",
        "enabled": True,
        "trigger": {
            "type": "event",
            "posture": "Proactive",
            "match": {"prefect.resource.id": "prefect.flow-run.*"},
            "match_related": {
                "prefect.resource.role": "deployment",
                "prefect.resource.id": deployments,
            },
            "for_each": ["prefect.resource.id"],
            "after": ["prefect.flow-run.heartbeat"],
            "expect": ["prefect.flow-run.*"],
            "threshold": 1,
            "within": HEARTBEAT_SECONDS * SILENT_HEARTBEATS,
        },
        "actions": [
            {
                "type": "change-flow-run-state",
                "state": "CRASHED",
                "message": "Nothing was heard of this run: it was killed, or its machine is gone.",
            }
        ],
    }
