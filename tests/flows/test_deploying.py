"""What `hookline run` deploys from prefect.yaml."""

import yaml

from models.settings import ROOT
from tests.stack import Stack


def test_every_flow_of_prefect_yaml_is_deployed_to_a_process_pool(stack: Stack) -> None:
    deployed = stack.post("deployments/filter")
    file = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    assert {each["name"] for each in deployed} == {each["name"] for each in file["deployments"]}
    assert {each["work_pool_name"] for each in deployed} == {"hookline"}
    assert stack.get("work_pools/hookline")["type"] == "process"


def test_create_entities_starts_every_five_minutes_and_watches_for_more_than_ten(
    stack: Stack,
) -> None:
    deployment = stack.get("deployments/name/create-entities/create-entities")
    (schedule,) = deployment["schedules"]
    assert (schedule["schedule"]["cron"], schedule["active"]) == ("*/5 * * * *", True)
    assert deployment["parameters"]["watch_seconds"] > 2 * 5 * 60, "one killed would leave a gap"
