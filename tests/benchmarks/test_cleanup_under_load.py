"""A million old webhooks are deleted while the receiver is under load: what its senders feel."""

import os
import subprocess
import sys
from collections.abc import Iterator
from time import perf_counter, sleep

import pytest
from sqlalchemy import func, text
from sqlmodel import select

from flows import serving
from models.database import engine, reading, transaction
from models.settings import ROOT
from models.source import add_source
from models.webhook import Webhook, WebhookParseError
from tests.benchmarks.load import Load, percentile
from tests.prefect_process import free_port

pytestmark = pytest.mark.prove

BEFORE_SECONDS = 30
CLEANUP = """
from tasks.retention import delete_old_webhooks, find_deadlines
for status, before in find_deadlines.fn().items():
    while delete_old_webhooks.fn(status, before, 1000): pass
"""
OLD_WEBHOOKS = """
INSERT INTO webhook (id, received_at, request_body, query_parameters, headers, content_type,
    webhook_source, api_key, status, status_since, attempts, error_count)
SELECT {id}, {moment}, {body}, '', '[]', 'application/json', 'old', {id},
    CASE WHEN n % 10 = 0 THEN 'Failed' ELSE 'Done' END, {moment}, 1, n % 10 = 0
FROM {numbers}
"""
ERRORS = """
INSERT INTO webhook_parse_error (id, webhook_id, kind, message, advice, logged_at)
SELECT id, id, 'entity-missing', 'm', 'a', received_at FROM webhook WHERE status = 'Failed'
"""
POSTGRESQL = {
    "id": "gen_random_uuid()",
    "moment": "now() - interval '100 days' - n * interval '1 second'",
    "body": "convert_to(repeat('x', 300), 'UTF8')",
    "numbers": "generate_series(1, {count}) AS n",
}
SQLITE = {
    "id": "lower(hex(randomblob(16)))",
    "moment": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-100 days', '-' || n || ' seconds')",
    "body": "randomblob(300)",
    "numbers": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s LIMIT {count}) "
    "SELECT n FROM s)",
}


def store_old_webhooks(count: int) -> None:
    dialect = engine().dialect.name
    words = SQLITE if dialect == "sqlite" else POSTGRESQL
    insert = OLD_WEBHOOKS.format_map(words).format(count=count)
    if dialect == "postgresql":
        insert = insert.replace("n % 10 = 0\nFROM", "(n % 10 = 0)::int\nFROM")
    with transaction() as session:
        session.execute(text(insert))
        session.execute(text(ERRORS))
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


@pytest.fixture
def receiver_port() -> Iterator[int]:
    port = free_port()
    environment = os.environ | {"HOOKLINE_PORT": str(port)}
    receiver = subprocess.Popen(
        [sys.executable, "-m", "hookline", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert serving.wait_for(f"http://127.0.0.1:{port}/healthz", 60)
    yield port
    receiver.terminate()
    receiver.wait(timeout=30)


@pytest.mark.parametrize(
    ("database", "count", "rate"),
    [("postgresql", 1_000_000, 100), ("sqlite", 100_000, 50)],
    indirect=["database"],
)
def test_the_receiver_does_not_feel_the_deletion_of_a_million_webhooks(
    database: str, count: int, rate: int, receiver_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    store_old_webhooks(count)
    with transaction() as session:
        api_key = add_source(session, "load")
    with Load(receiver_port, api_key, requests_a_second=rate) as load:
        sleep(BEFORE_SECONDS)
        start, began = load.now(), perf_counter()
        subprocess.run([sys.executable, "-c", CLEANUP], cwd=ROOT, check=True, timeout=500)
        end, took = load.now(), perf_counter() - began
    before, during = load.milliseconds(2, start), load.milliseconds(start, end)
    with capsys.disabled():
        print(f"\n{engine().dialect.name}: {count} in {took:.0f} s, {count / took:.0f} a second")
        print(f"  receiver before: {figures(before)}\n  receiver during: {figures(during)}")
    assert {status for _, _, status in load.answers} == {200}
    with reading() as session:
        left = session.exec(select(Webhook.webhook_source, func.count()).group_by("webhook_source"))
        assert dict(left.all()) == {"load": len(load.answers)}
        assert session.exec(select(func.count()).select_from(WebhookParseError)).one() == 0
    assert percentile(during, 0.99) < max(100, 3 * percentile(before, 0.99))


def figures(milliseconds: list[float]) -> str:
    shares = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1}
    words = (f"{name} {percentile(milliseconds, share):.1f}" for name, share in shares.items())
    return f"{len(milliseconds)} answers, ms: {' '.join(words)}"
