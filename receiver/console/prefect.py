"""What Prefect's API says of the worker and the flows, within seconds; and links to its UI.

It is asked over HTTP, since the receiver knows no Prefect. Where it does not answer, the page says
so and shows everything else.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any
from uuid import UUID

import httpx

from models.settings import settings
from receiver.console.blueprint import blueprint

WORK_POOL = "hookline"
LONGEST_SECONDS = 1.5
"""For one answer."""
AT_ONCE = 5
KEPT_SECONDS = 15


@dataclass(frozen=True)
class LastRun:
    """When a flow ran last, and how that ended."""

    flow: str
    deployment_id: str
    paused: bool
    run_id: UUID | None = None
    state: str = "never ran"
    started_at: datetime | None = None


@dataclass(frozen=True)
class Process:
    """Whether the process is alive."""

    problem: str = ""
    workers: tuple[tuple[str, str, datetime | None], ...] = ()
    """Name, status and last heartbeat of each worker."""
    flows: tuple[LastRun, ...] = ()

    @property
    def alive(self) -> bool:
        """Say whether a worker is online."""
        return any(status == "ONLINE" for _, status, _ in self.workers)


@dataclass
class _Kept:
    process: Process = field(default_factory=Process)
    until: float = 0
    asking: Lock = field(default_factory=Lock)


_kept = _Kept()


def process() -> Process:
    """Return what Prefect says, asked at most every few seconds."""
    if monotonic() < _kept.until or not _kept.asking.acquire(blocking=_kept.until == 0):
        return _kept.process
    try:
        if monotonic() >= _kept.until:
            _kept.process = _ask()
            _kept.until = monotonic() + KEPT_SECONDS
        return _kept.process
    finally:
        _kept.asking.release()


def _ask() -> Process:
    auth = os.environ.get("PREFECT_API_AUTH_STRING", "")
    name, _, password = auth.partition(":")
    try:
        with httpx.Client(
            base_url=_api_url(), timeout=LONGEST_SECONDS, auth=(name, password) if auth else None
        ) as api:
            workers = _post(api, f"/work_pools/{WORK_POOL}/workers/filter", {"limit": 20})
            deployments = _post(api, "/deployments/filter", {"sort": "NAME_ASC", "limit": 50})
            with ThreadPoolExecutor(AT_ONCE) as asking:
                flows = tuple(asking.map(partial(_last_run, api), deployments))
    except (httpx.HTTPError, ValueError) as error:
        return Process(f"Prefect does not answer ({type(error).__name__}).")
    heard = [
        (each["name"], each["status"], _moment(each["last_heartbeat_time"])) for each in workers
    ]
    return Process(workers=tuple(sorted(heard)), flows=flows)


def _last_run(api: httpx.Client, deployment: dict[str, Any]) -> LastRun:
    last = {
        "deployments": {"id": {"any_": [deployment["id"]]}},
        "flow_runs": {"start_time": {"is_null_": False}},
        "sort": "START_TIME_DESC",
        "limit": 1,
    }
    told = (deployment["name"], deployment["id"], bool(deployment.get("paused")))
    try:
        runs = _post(api, "/flow_runs/filter", last)
    except httpx.HTTPError:
        return LastRun(*told, state="not known")
    if not runs:
        return LastRun(*told)
    run = runs[0]
    return LastRun(*told, UUID(run["id"]), run["state_name"] or "", _moment(run["start_time"]))


def _post(api: httpx.Client, path: str, what: dict[str, Any]) -> list[dict[str, Any]]:
    found = api.post(path, json=what).raise_for_status().json()
    return found if isinstance(found, list) else []


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _api_url() -> str:
    """Return the address of Prefect's API, by Prefect's own setting where it is set."""
    ours = f"http://127.0.0.1:{settings().prefect_port}/api"
    return os.environ.get("PREFECT_API_URL", ours).rstrip("/")


def ui_url() -> str:
    """Return the address of Prefect's UI, as people reach it."""
    return settings().prefect_ui_url.rstrip("/") or _api_url().removesuffix("/api")


@blueprint.app_template_filter("run_url")
def run_url(run_id: UUID | str) -> str:
    """Return the page of a flow run in Prefect's UI."""
    return f"{ui_url()}/runs/flow-run/{run_id}"


@blueprint.app_template_filter("deployment_url")
def deployment_url(deployment_id: str) -> str:
    """Return the page of a deployment in Prefect's UI."""
    return f"{ui_url()}/deployments/deployment/{deployment_id}"
