"""Prefect's server, our deployments and their worker: how they are found, set up and awaited."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import httpx

from models.settings import ROOT, settings

WORK_POOL = "hookline"
WORKER = ("prefect", "worker", "start", "--pool", WORK_POOL, "--type", "process")
BIN = Path(sys.executable).parent

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
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    ours = {
        "HOOKLINE_ROOT": str(ROOT),
        "HOOKLINE_HOME": str(settings().home.resolve()),  # from here, and not from the root
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    return PREFECT_KEEPS | prefect | os.environ | ours


def wait_for(url: str, seconds: float, while_: Callable[[], bool] = lambda: True) -> bool:
    """Wait until a URL of our own answers 200, while a condition holds; say whether it did."""
    end = monotonic() + seconds
    while monotonic() < end and while_():
        try:
            if httpx.get(url, timeout=2).is_success:
                return True
        except httpx.HTTPError:
            pass
        sleep(0.2)
    return False


def deploy() -> None:
    """Create the work pool and deploy every flow of prefect.yaml to it.

    Raises:
        CalledProcessError: Prefect's command line failed; it has said why.
    """
    _prefect("work-pool", "create", WORK_POOL, "--type", "process", "--overwrite")
    _prefect("deploy", "--all")


def _prefect(*arguments: str) -> None:
    subprocess.run(  # noqa: S603  our own words
        [str(BIN / "prefect"), "--no-prompt", *arguments],
        cwd=ROOT,
        env=prefect_environment(),
        check=True,
        stdout=subprocess.DEVNULL,
    )
