"""What `hookline run` deploys from prefect.yaml."""

import os
from contextlib import suppress

import psutil
import yaml

from flows.leftovers import RUN_ID
from models.settings import ROOT
from tests.stack import Stack


def test_every_flow_of_prefect_yaml_is_deployed_to_a_process_pool(stack: Stack) -> None:
    deployed = stack.post("deployments/filter")
    file = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    assert {each["name"] for each in deployed} == {each["name"] for each in file["deployments"]}
    assert {each["work_pool_name"] for each in deployed} == {"hookline"}
    assert stack.get("work_pools/hookline")["type"] == "process"


def test_a_run_is_one_process_that_no_signal_to_the_workers_group_reaches(stack: Stack) -> None:
    assert stack.run(stack.database_url, "cleanup")["state_type"] == "COMPLETED"
    runs: dict[int, str] = {}
    sessions: dict[int, int] = {}
    for process in psutil.Process(stack.process.pid).children(recursive=True):
        with suppress(psutil.Error, ProcessLookupError):  # the one of above may end just now
            if run := process.environ().get(RUN_ID):
                sessions[process.pid] = os.getsid(process.pid)
                runs[process.pid] = run
    assert len(set(runs.values())) == len(runs) > 0
    assert all(session == pid for pid, session in sessions.items())


def test_create_entities_starts_every_ten_minutes_and_watches_for_more_than_twenty(
    stack: Stack,
) -> None:
    deployment = stack.get("deployments/name/create-entities/create-entities")
    (schedule,) = deployment["schedules"]
    assert (schedule["schedule"]["cron"], schedule["active"]) == ("*/10 * * * *", True)
    assert deployment["parameters"]["watch_seconds"] > 2 * 10 * 60, "one killed would leave a gap"
