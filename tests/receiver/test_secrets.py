"""What is told of a key, whatever happens to its request; and what each answer carries."""

import logging

import httpx
import pytest
from flask.testing import FlaskClient

from tests.receiver.conftest import Served
from tests.receiver.raw import Raw

CURIOUS = [
    ("POST", "", {}),
    ("GET", "", {}),
    ("POST", "/more", {}),
    ("POST", "?key={key}", {"Referer": "http://x/webhooks/{key}"}),
    ("POST", "", {"Content-Encoding": "gzip"}),
    ("POST", "", {"Content-Length": "4000000000"}),
    ("POST", "?" + "a" * 70_000, {}),
    ("POST", "%00%FF", {"Origin": "http://x/{key}"}),
]


def test_no_log_of_the_receiver_holds_a_key(served: Served) -> None:
    for method, rest, headers in CURIOUS:
        path = f"/webhooks/{served.api_key}" + rest.format(key=served.api_key)
        with Raw(served) as raw:
            raw.send(
                f"{method} {path} HTTP/1.1",
                "Host: x",
                "Connection: close",
                *(f"{name}: {text.format(key=served.api_key)}" for name, text in headers.items()),
                "",
            )
            assert raw.status() > 0
    httpx.get(f"{served.url}/healthz", headers={"Referer": served.webhook_url})
    assert served.api_key not in served.log.read_text()


def test_no_log_holds_a_key_where_the_code_fails(
    client: FlaskClient, api_key: str, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    writer = client.application.extensions["writer"]
    monkeypatch.setattr(writer, "store", None)  # whatever nobody has thought of
    with caplog.at_level(logging.DEBUG):
        answer = client.post(f"/webhooks/{api_key}", headers={"Referer": f"/webhooks/{api_key}"})
    assert answer.status_code == 500
    assert "POST /webhooks/<api_key> failed" in caplog.text
    assert api_key not in caplog.text + answer.text


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/webhooks/x", "/console/webhooks"])
def test_every_answer_carries_the_headers_that_protect_it(served: Served, path: str) -> None:
    headers = httpx.get(f"{served.url}{path}").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")  # the console's forms
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Server"] == "hookline"


def test_an_answer_that_is_no_page_may_load_nothing(served: Served) -> None:
    policy = httpx.get(f"{served.url}/healthz").headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; frame-ancestors 'none'"
