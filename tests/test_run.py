"""`hookline run`: everything starts, the curl works, and everything ends."""

import re
import signal
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

import httpx
import pytest

from models.database import reading
from models.settings import settings
from models.webhook import Status, Webhook
from tests.processes import alive, descendants
from tests.receiver.conftest import within
from tests.stack import Stack, child_of, started
from tests.webhooks import records

A_MINUTE_AND_A_START = 240


def test_the_welcome_names_the_three_addresses(stack: Stack) -> None:
    receiver = f"http://127.0.0.1:{stack.environment['HOOKLINE_PORT']}"
    prefect = f"http://127.0.0.1:{stack.environment['HOOKLINE_PREFECT_PORT']}"
    for address in (f"{receiver}/webhooks/", f"{receiver}/console/", f"{prefect}/runs"):
        assert address in stack.welcome()


def test_the_curl_of_the_welcome_becomes_a_record_by_itself(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", stack.database_url)
    settings.cache_clear()
    webhook_id = stack.curl()
    webhook = _finished(webhook_id)
    assert (webhook.status, webhook.webhook_source) == (Status.DONE, "getting-started")
    assert records()[webhook_id] == 1
    run = stack.get(f"flow_runs/{webhook.flow_run_id}")
    assert (
        run["deployment_id"] == stack.get("deployments/name/create-entities/create-entities")["id"]
    )


def _finished(webhook_id: UUID) -> Webhook:
    end = monotonic() + A_MINUTE_AND_A_START
    while monotonic() < end:
        with reading() as session:
            webhook = session.get_one(Webhook, webhook_id)
        if webhook.status in (Status.DONE, Status.FAILED):
            return webhook
        sleep(0.2)
    raise AssertionError("no scheduled run took it")


def test_the_first_user_signs_in_and_sees_that_the_process_is_alive(stack: Stack) -> None:
    """The console asks Prefect, and its links lead to the runs."""
    password = re.search(r"sign in as admin with (\S+) \(shown this once\)", stack.log.read_text())
    assert password
    receiver = f"http://127.0.0.1:{stack.environment['HOOKLINE_PORT']}"
    with httpx.Client(base_url=f"{receiver}/console/", follow_redirects=True) as people:
        token = re.search(r'name="csrf_token" value="([^"]+)"', people.get("sign-in").text)
        assert token
        form = {"name": "admin", "password": password[1], "csrf_token": token[1]}
        page = people.post("sign-in", data=form).text
        end = monotonic() + A_MINUTE_AND_A_START
        while "A worker is alive" not in page and monotonic() < end:
            sleep(1)
            page = people.get("").text
    assert "A worker is alive" in page
    (run_id,) = set(re.findall(r'/runs/flow-run/([0-9a-f-]{36})" rel="noreferrer">\d', page)[:1])
    assert stack.get(f"flow_runs/{run_id}")["id"] == run_id


@pytest.mark.prefect
@pytest.mark.parametrize("number", [signal.SIGINT])  # how SIGTERM ends it, `stack` looks at
def test_it_starts_again_what_dies_and_ends_all_that_it_started(
    tmp_path: Path, number: int
) -> None:
    with contextmanager(started)(tmp_path) as stack:
        stack.welcome()
        child_of(stack, "receiver.serve").kill()
        assert within(60, lambda: stack.log.read_text().count("Started worker-1") == 2)
        stack.curl()
        all_of_it = descendants(stack.process.pid)
        assert len(all_of_it) >= 4
        child_of(stack, "worker").kill()  # which leaves its runs
        stack.process.send_signal(number)
        stack.process.wait(20)
        assert alive(all_of_it) == set()
