"""POST /webhooks/<key> over real HTTP, on both databases."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from models.source import hash_of
from models.webhook import Status
from tests.receiver.conftest import SMALL_LIMIT, Served, count, stored

EVERY_OCTET = bytes(range(256)) * 3


def test_the_body_is_stored_exactly_as_it_came(served: Served) -> None:
    webhook = stored(served.post(EVERY_OCTET, {"Content-Type": "application/octet-stream"}))
    assert webhook.request_body == EVERY_OCTET
    assert webhook.content_type == "application/octet-stream"
    assert (webhook.status, webhook.attempts) == (Status.NEW, 0)


def test_a_body_without_announced_length_is_stored_exactly_as_it_came(served: Served) -> None:
    def in_pieces() -> Iterator[bytes]:
        yield from (EVERY_OCTET, b"", EVERY_OCTET)

    webhook = stored(httpx.post(served.webhook_url, content=in_pieces()))
    assert webhook.request_body == EVERY_OCTET * 2


def test_an_empty_body_and_no_content_type_are_stored_too(served: Served) -> None:
    webhook = stored(served.post(b""))
    assert webhook.request_body == b""
    assert webhook.content_type is None


def test_the_query_is_stored_as_it_came(served: Served) -> None:
    webhook = stored(served.post(query="?b=2&a=1&a=%C3%A9+x&c"))
    assert webhook.query_parameters == "b=2&a=1&a=%C3%A9+x&c"


def test_all_headers_are_stored(served: Served) -> None:
    webhook = stored(
        served.post(headers={"X-Signature": "sha256=abc", "Content-Type": "text/plain"})
    )
    headers = {name.lower(): value for name, value in json.loads(webhook.headers)}
    assert headers["x-signature"] == "sha256=abc"
    assert headers["content-type"] == "text/plain"
    assert headers["host"] == urlsplit(served.url).netloc


@pytest.mark.parametrize(
    ("headers", "source_url"),
    [
        ({}, None),
        ({"Origin": "https://shop.example.com"}, "https://shop.example.com"),
        ({"Referer": "https://shop.example.com/a?b=c"}, "https://shop.example.com/a?b=c"),
        ({"Origin": "https://a.example.com", "Referer": "https://b.example.com/"},
         "https://a.example.com"),
    ],
)  # fmt: skip
def test_the_source_url_is_the_origin_or_else_the_referer(
    served: Served, headers: dict[str, str], source_url: str | None
) -> None:
    assert stored(served.post(headers=headers)).source_url == source_url


def test_a_webhook_names_its_source_and_the_id_of_its_key(served: Served) -> None:
    webhook = stored(served.post())
    assert webhook.webhook_source == "landing pages"
    assert str(webhook.api_key) not in (served.api_key, hash_of(served.api_key))


def test_the_key_is_in_nothing_that_is_stored_or_logged(served: Served) -> None:
    webhook = stored(
        served.post(
            query=f"?from={served.api_key}",
            headers={
                "Referer": served.webhook_url,
                "X-Original-Url": f"/webhooks/{served.api_key}",
            },
        )
    )
    kept = (webhook.headers, webhook.query_parameters, webhook.source_url, str(webhook.api_key))
    assert [text for text in kept if served.api_key in (text or "")] == []
    httpx.get(served.webhook_url)  # refused requests are logged by many servers
    log = served.log.read_text()
    assert str(webhook.id) in log
    assert served.api_key not in log


def test_an_unknown_key_is_refused_and_nothing_stored(served: Served) -> None:
    before = count()
    for key in ("unknown", served.api_key + "x", served.api_key.swapcase(), "%FF%00"):
        assert httpx.post(f"{served.url}/webhooks/{key}", content=b"{}").status_code == 401
    assert count() == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_told_what_is_allowed(served: Served, method: str) -> None:
    before = count()
    answer = httpx.request(method, served.webhook_url)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert count() == before


def test_a_body_of_the_limit_is_stored(served: Served) -> None:
    assert len(stored(served.post(b"x" * SMALL_LIMIT)).request_body) == SMALL_LIMIT


def test_a_body_over_the_limit_is_refused_and_not_stored(served: Served) -> None:
    before = count()
    answer = served.post(b"x" * (SMALL_LIMIT + 1))
    assert answer.status_code == 413
    assert str(SMALL_LIMIT) in answer.json()["message"]
    assert count() == before


def test_a_body_over_the_limit_that_announces_no_length_is_refused(served: Served) -> None:
    before = count()
    pieces = (b"x" * 10_000 for _ in range(SMALL_LIMIT // 10_000 + 1))
    assert httpx.post(served.webhook_url, content=pieces).status_code == 413
    assert count() == before


def test_a_body_that_breaks_off_is_refused_and_not_stored(served: Served) -> None:
    before = count()
    answer = _send_raw(served, "Content-Length: 100", b'{"EntityName": ')
    assert answer.startswith("HTTP/1.1 400")
    assert count() == before


def test_a_chunked_body_that_breaks_off_is_refused_and_not_stored(served: Served) -> None:
    before = count()
    answer = _send_raw(served, "Transfer-Encoding: chunked", b'f\r\n{"EntityName": \r\n')
    assert answer.startswith("HTTP/1.1 400")
    assert "broke off after 15 bytes" in answer
    assert count() == before


def _send_raw(served: Served, header: str, body: bytes) -> str:
    """Send a request by hand, say that no more will come, and return the answer."""
    address = urlsplit(served.url)
    head = f"POST /webhooks/{served.api_key} HTTP/1.1\r\nHost: {address.netloc}\r\n{header}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read().decode()
