"""GET /metrics, over all processes of a receiver."""

import re
from collections.abc import Iterator

import httpx
import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from models.database import reading
from models.identity import utc_now
from models.receiving.measuring import oldest_new, webhooks_by_status
from models.settings import settings
from models.webhook import Status
from tests.conftest import MakeDatabase
from tests.models.webhooks import store
from tests.receiver.conftest import SPOOLING, Serve, Served, key_in
from tests.receiver.test_database_away import nobody_listens

LOCAL = {"REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture(scope="module")
def three_processes(
    sqlite_copy: MakeDatabase, serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Start three, which share their counts as `hookline serve` has them do."""
    url, shared = sqlite_copy(), str(tmp_path_factory.mktemp("counts"))
    with serve(
        url, key_in(url), HOOKLINE_RECEIVER_WORKERS="3", PROMETHEUS_MULTIPROC_DIR=shared
    ) as served:
        yield served


def told(text: str) -> dict[str, float]:
    """Return the samples by name and labels."""
    return {
        sample.name
        + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_any_process_tells_what_all_have_counted(three_processes: Served) -> None:
    for _ in range(30):
        three_processes.post()
        httpx.post(f"{three_processes.url}/webhooks/wrong")
    for _ in range(6):
        found = told(httpx.get(f"{three_processes.url}/metrics").text)
        assert found["hookline_webhooks_received_total landing pages"] == 30
        assert found["hookline_answers_total 200 webhooks"] == 30
        assert found["hookline_answers_total 401 webhooks"] == 30
        assert found["hookline_answer_seconds_count webhooks"] == 60
        assert found["hookline_requests_refused_total key "] == 30
        assert found["hookline_webhooks New"] == 30
        assert 0 < found["hookline_oldest_new_webhook_seconds"] < 60


def test_no_key_and_no_address_is_told(three_processes: Served) -> None:
    three_processes.post(headers={"User-Agent": "ada@example.com"})
    httpx.get(f"{three_processes.url}/ada@example.com")
    text = httpx.get(f"{three_processes.url}/metrics").text
    assert three_processes.api_key not in text
    assert "ada" not in text
    assert not re.search(r"127\.0\.0\.1", text)


def test_they_are_told_while_the_database_is_away(serve: Serve) -> None:
    with serve(nobody_listens(), **SPOOLING) as served:
        found = told(httpx.get(f"{served.url}/metrics", timeout=10).text)
    assert found["hookline_database_up"] == 0
    assert found["hookline_spool_bytes"] == 0


@pytest.mark.parametrize(
    ("token", "sent", "environ", "status"),
    [
        ("", "", LOCAL, 200),
        ("", "", {"REMOTE_ADDR": "192.0.2.1"}, 403),
        ("", "", LOCAL | {"HTTP_X_FORWARDED_FOR": "192.0.2.1"}, 403),
        ("secret", "Bearer secret", {"REMOTE_ADDR": "192.0.2.1"}, 200),
        ("secret", "Bearer wrong", LOCAL, 401),
        ("secret", "", LOCAL, 401),
        ("secret", "Bearer \xff", LOCAL, 401),
    ],
)
def test_they_are_for_this_machine_or_for_who_has_the_token(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch,
    token: str, sent: str, environ: dict[str, str], status: int,
) -> None:  # fmt: skip
    monkeypatch.setenv("HOOKLINE_METRICS_TOKEN", token)
    settings.cache_clear()
    sending = environ | ({"HTTP_AUTHORIZATION": sent} if sent else {})
    assert client.get("/metrics", environ_overrides=sending).status_code == status


def test_webhooks_are_counted_up_to_a_bound(database: str) -> None:
    store(b"{}", b"{}", b"{}")
    with reading() as session:
        assert webhooks_by_status(session)[Status.NEW] == 3
        assert webhooks_by_status(session, most=2)[Status.NEW] == 2
        assert webhooks_by_status(session)[Status.DONE] == 0
        oldest = oldest_new(session)
    assert oldest is not None and oldest <= utc_now()
