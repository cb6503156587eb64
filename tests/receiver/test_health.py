"""GET /healthz: what a load balancer is told."""

import os
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient

from models.settings import settings
from tests.receiver.conftest import Served
from tests.receiver.test_database_away import nobody_listens


def test_it_is_ok_where_webhooks_would_be_stored(served: Served) -> None:
    answer = httpx.get(f"{served.url}/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.parametrize(
    ("most_bytes", "status", "code"),
    [(1024**3, "spooling", 200), (1000, "spool full", 503)],
)
def test_while_the_database_is_away_it_is_well_as_long_as_webhooks_are_taken(
    client: FlaskClient, api_key: str, monkeypatch: pytest.MonkeyPatch,
    most_bytes: int, status: str, code: int,
) -> None:  # fmt: skip
    assert client.post(f"/webhooks/{api_key}").status_code == 200  # the key is known now
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", nobody_listens())
    monkeypatch.setenv("HOOKLINE_SPOOL_MAX_BYTES", str(most_bytes))
    settings.cache_clear()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (code, status)  # type: ignore[index]


def test_it_tells_how_full_the_spool_is(client: FlaskClient) -> None:
    folder = settings().resolved_spool_path()
    folder.mkdir(parents=True)
    Path(folder, "one.segment").write_bytes(os.urandom(1000))
    spool = client.get("/healthz").json["spool"]  # type: ignore[index]
    assert (spool["segments"], spool["bytes"]) == (1, 1000)
    assert 0 < spool["free_bytes"] <= settings().spool_max_bytes - 1000
