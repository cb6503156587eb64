"""Who may use Prefect's server."""

from pathlib import Path

import click
import httpx
import pytest

from flows import guarding, serving
from tests.prefect_process import prefect_server

STRING = "admin:a password"


@pytest.mark.parametrize(
    ("host", "auth_string", "refused"),
    [
        ("127.0.0.1", "", False),
        ("localhost", "", False),
        ("::1", "", False),
        ("127.0.0.53", "", False),
        ("0.0.0.0", "", True),
        ("::", "", True),
        ("192.0.2.7", "", True),
        ("prefect.example.com", "", True),
        ("0.0.0.0", "no-colon", True),
        ("0.0.0.0", STRING, False),
    ],
)
def test_a_server_that_others_can_reach_must_ask_who_they_are(
    host: str, auth_string: str, refused: bool
) -> None:
    environment = {guarding.HOST: host, guarding.DEMANDED: auth_string}
    if refused:
        with pytest.raises(click.ClickException, match="PREFECT_SERVER_API_AUTH_STRING"):
            guarding.refuse_open_server(environment)
    else:
        guarding.refuse_open_server(environment)


def test_ours_send_what_our_server_demands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(guarding.DEMANDED, STRING)
    assert serving.prefect_environment()[guarding.SENT] == STRING


def test_what_is_set_to_be_sent_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(guarding.DEMANDED, STRING)
    monkeypatch.setenv(guarding.SENT, "other:one")
    assert serving.prefect_environment()[guarding.SENT] == "other:one"


@pytest.mark.prove
@pytest.mark.prefect
def test_a_server_with_an_auth_string_takes_our_deployments_and_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(guarding.DEMANDED, STRING)
    with prefect_server(tmp_path) as server:
        monkeypatch.setattr("os.environ", server.environment)
        serving.deploy()
        serving.keep_at_work("create-entities", 1)
        filter_ = f"{server.api_url}/flow_runs/filter"
        assert httpx.post(filter_, json={}).status_code == 401
        runs = httpx.post(filter_, json={}, auth=guarding.auth(server.environment)).json()
    assert len(runs) > 0
