"""Prefect's server, our deployments and their worker: how they are found, set up and awaited."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import files
from pathlib import Path
from time import monotonic, sleep

import httpx
import yaml

from flows import guarding, immediate
from flows.automations import HEARTBEAT_SECONDS, deploy_automations
from models.settings import IS_CHECKOUT, ROOT, place, settings

WORK_POOL = "hookline"
BIN = Path(sys.executable).parent
PREFECT = (sys.executable, "-m", "prefect")
"""Prefect's command line with the Python that runs Hookline, wherever its script lies."""
WORKER = (*PREFECT, "worker", "start", "--pool", WORK_POOL, "--type", "process")


def shipped(name: str) -> Path:
    """Return a file that travels with Hookline: in the checkout, or where pip has put it."""
    if IS_CHECKOUT:
        return ROOT / name
    return next(Path(str(each.locate())) for each in files("hookline") or () if each.name == name)


PREFECT_KEEPS = {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "flow_runs,events,orphans",
    # Runs that have ended, with their tasks, logs and artifacts: 14 days, in seconds.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(14 * 24 * 60 * 60),
    # Events, most of which tell again what stands in the runs. This one takes no bare seconds.
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P2D",
    # Heartbeats tell of a run that is alive at this moment.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_EVENT_RETENTION_OVERRIDES": json.dumps(
        {"prefect.flow-run.heartbeat": 60 * 60}
    ),
}
"""For how long Prefect's server keeps what it writes: without it, that fills the disk."""


def prefect_environment() -> dict[str, str]:
    """Return the environment in which Prefect's commands use a server of our own, on loopback.

    What the user's environment says of Prefect is left alone.
    """
    port = settings().prefect_port
    prefect = {
        "PREFECT_HOME": str(settings().home.resolve() / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        # In memory, as by default, a server that is started again has forgotten who holds a slot,
        # and ends those runs at their next word.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": (
            "prefect.server.concurrency.lease_storage.filesystem"
        ),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    ours = {
        "HOOKLINE_PYTHON": shlex.quote(sys.executable),
        "HOOKLINE_ROOT": str(place()),
        "HOOKLINE_HOME": str(settings().home.resolve()),  # from here, and not from the root
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    environment = PREFECT_KEEPS | prefect | os.environ | ours | guarding.sent_by_ours(os.environ)
    return immediate.database_url(environment) | environment


def wait_for(
    url: str,
    seconds: float,
    while_: Callable[[], bool] = lambda: True,
    auth: httpx.BasicAuth | None = None,
) -> bool:
    """Wait until a URL of our own answers 200, while a condition holds; say whether it did."""
    end = monotonic() + seconds
    while monotonic() < end and while_():
        try:
            if httpx.get(url, timeout=2, auth=auth).is_success:
                return True
        except httpx.HTTPError:
            pass
        sleep(0.2)
    return False


def deploy() -> None:
    """Create the work pool and deploy every flow of our prefect.yaml to it, then of the user's.

    With them go the automations for runs that were killed.

    The user's is the prefect.yaml in the folder that an installed copy was started in. Where it
    cannot be deployed, Prefect's reason is shown, and ours work all the same.

    Raises:
        CalledProcessError: ours cannot be deployed; Prefect's command line has said why.
        HTTPError: the automations are not taken.
    """
    _prefect("work-pool", "create", WORK_POOL, "--type", "process", "--overwrite")
    _prefect("deploy", "--all", "--prefect-file", str(shipped("prefect.yaml")))
    users = place() / "prefect.yaml"
    if not IS_CHECKOUT and users.exists():
        try:
            _prefect("deploy", "--all", "--prefect-file", str(users))
        except subprocess.CalledProcessError:
            sys.stderr.write(f"{users} could not be deployed; see above. Hookline's own are.\n")
    with prefect_api() as api:
        deploy_automations(api, WORK_POOL, "create-entities")


def prefect_api() -> httpx.Client:
    """Return a client of Prefect's server."""
    environment = prefect_environment()
    url, auth = environment["PREFECT_API_URL"], guarding.auth(environment)
    return httpx.Client(base_url=url, auth=auth, timeout=30)


def deployments() -> list[str]:
    """Return the names of the deployments that come with Hookline."""
    file = yaml.safe_load(shipped("prefect.yaml").read_text())
    return [deployment["name"] for deployment in file["deployments"]]


ALIVE = ("RUNNING", "PENDING")


def keep_at_work(flow: str, runs: int, besides: Sequence[str] = ()) -> None:
    """Have as many runs of a deployment at work now, rather than at its next time.

    Where its schedule is off, so is this.

    Args:
        flow: the deployment, and its flow.
        runs: how many.
        besides: ids of runs that do not count.

    Raises:
        HTTPError: Prefect's server does not take it.
    """
    with prefect_api() as api:
        deployment = api.get(f"/deployments/name/{flow}/{flow}").raise_for_status().json()
        if not any(schedule["active"] for schedule in deployment["schedules"]):
            return
        alive = {
            "deployments": {"id": {"any_": [deployment["id"]]}},
            "flow_runs": {"state": {"type": {"any_": ALIVE}}, "id": {"not_any_": [*besides]}},
        }
        at_work: int = api.post("/flow_runs/count", json=alive).raise_for_status().json()
        for _ in range(runs - at_work):
            api.post(f"/deployments/{deployment['id']}/create_flow_run", json={}).raise_for_status()


def _prefect(*arguments: str) -> None:
    done = subprocess.run(  # noqa: S603  our own words
        [*PREFECT, "--no-prompt", *arguments],
        cwd=place(),
        env=prefect_environment(),
        text=True,
        stdout=subprocess.PIPE,
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
    done.check_returncode()
