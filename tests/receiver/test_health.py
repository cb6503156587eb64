"""GET /healthz."""

import httpx

from tests.receiver.conftest import Served


def test_it_is_ok_where_webhooks_would_be_stored(served: Served) -> None:
    answer = httpx.get(f"{served.url}/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
