"""Who is let in, and what of it is stored, through the real receiver."""

import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from sqlmodel import col, func, select
from werkzeug.test import TestResponse

from models.admitting.tables import WebhookRefusal
from models.database import reading, transaction
from models.identity import utc_now
from models.settings import settings
from models.source import find_key, get_source, remove_source, replace_keys
from models.webhook import Webhook
from receiver import create_app
from receiver.keys import Keys
from tests.receiver.conftest import Serve, Served, count
from tests.sources import source_with

HMAC = {"scheme": "hmac", "header": "X-Sign", "prefix": "sha256=", "secret": "s3cret"}
BODY = b'{"EntityName": "FormSubmit", "Email": "ada@example.com"}'


def signed(body: bytes) -> dict[str, str]:
    signature = hmac.new(b"s3cret", body, "sha256").hexdigest()
    return {"X-Sign": f"sha256={signature}", "Content-Type": "application/json"}


def refused(client: FlaskClient, api_key: str) -> dict[str, int]:
    client.application.extensions["refusals"].write()
    with reading() as session:
        found = find_key(session, api_key)
        assert found
        rows = session.exec(
            select(WebhookRefusal.reason, WebhookRefusal.requests).where(
                WebhookRefusal.webhook_source == found[1].name
            )
        )
        return {reason: requests for reason, requests in rows}


def post(client: FlaskClient, api_key: str, **more: Any) -> TestResponse:
    return client.post(f"/webhooks/{api_key}", data=BODY, **more)


def test_a_signature_is_checked_over_the_octets_that_came(served: Served) -> None:
    api_key = source_with({"signature": HMAC})
    url, before = f"{served.url}/webhooks/{api_key}", count()
    body = bytes(range(256))
    assert httpx.post(url, content=body, headers=signed(body)).status_code == 200
    answer = httpx.post(url, content=body + b"\n", headers=signed(body))
    assert answer.status_code == 401
    assert answer.json()["message"] == "The signature in X-Sign is not that of this request."
    doubled = [("X-Sign", signed(body)["X-Sign"])] * 2
    assert httpx.post(url, content=body, headers=doubled).status_code == 401
    assert count() == before + 1


def test_the_url_is_signed_as_the_sender_writes_it(served: Served) -> None:
    scheme = {"scheme": "hmac", "header": "X-Sign", "signed": "{url}{body}", "secret": "s3cret"}
    api_key = source_with({"signature": scheme})
    url = f"{served.url}/webhooks/{api_key}?b=%C3%A9+1&a=~"
    signature = hmac.new(b"s3cret", url.encode() + BODY, "sha256").hexdigest()
    assert httpx.post(url, content=BODY, headers={"X-Sign": signature}).status_code == 200


def test_a_refused_request_leaves_a_count_and_nothing_else(client: FlaskClient) -> None:
    api_key = source_with({"signature": HMAC})
    for headers in ({}, {"X-Sign": "sha256="}, {"X-Sign": "x" * 5000}):
        answer = post(client, api_key, headers=headers)
        assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)
    assert refused(client, api_key) == {"signature": 3}
    assert count() == 0


@pytest.mark.parametrize(
    "definition",
    [
        {"signature": {"scheme": "hmac", "header": "X-Sign"}},
        {"signature": {"scheme": "hmacc", "header": "X-Sign", "secret": "s"}},
        {"signature": HMAC | {"secret": []}},
        {"signature": HMAC | {"secret": "env:HOOKLINE_TEST_NOT_SET"}},
        {"signature": HMAC | {"secret": "xyz", "secret_encoding": "hex"}},
        {"signature": HMAC | {"signed": "{timestamp}"}},
        {"signature": HMAC | {"unheard": "of"}},
        {"signature": {"scheme": "jwt", "algorithm": "RS256", "secret": "no PEM"}},
        {"signature": {"scheme": "code", "code": "no_such_code", "secret": "s"}},
        {"signature": {}},
        {"signature": "hmac"},
        ["written by hand"],
        {"addresses": ["10.0.0.0/99"]},
        {"event_id": {"path": "a["}},
        {"senders": {"redirect_to": "https://evil.example.com/"}},
    ],
)
def test_a_definition_that_is_wrong_in_part_lets_no_one_in(
    client: FlaskClient, definition: Any
) -> None:
    api_key = source_with(definition)
    answer = post(client, api_key, headers=signed(BODY))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert refused(client, api_key) == {"configuration": 1}
    assert count() == 0


def test_a_variable_that_is_set_later_lets_senders_in(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    api_key = source_with({"signature": HMAC | {"secret": "env:SHOP_SECRET"}})
    assert post(client, api_key, headers=signed(BODY)).status_code == 503
    monkeypatch.setenv("SHOP_SECRET", "s3cret")
    assert post(client, api_key, headers=signed(BODY)).status_code == 200


@pytest.mark.parametrize(
    ("scheme", "headers"),
    [
        ({"scheme": "bearer"}, {"Authorization": "Bearer s3cret"}),
        ({"scheme": "basic", "username": "ada"}, {"Authorization": "Basic YWRhOnMzY3JldA=="}),
        ({"scheme": "header", "header": "X-Secret"}, {"x-secret": "s3cret"}),
    ],
)
def test_a_secret_that_is_sent_as_it_is_is_not_stored(
    client: FlaskClient, scheme: dict[str, str], headers: dict[str, str]
) -> None:
    api_key = source_with({"signature": scheme | {"secret": "s3cret"}})
    assert post(client, api_key, headers=headers | {"X-Other": "kept"}).status_code == 200
    with reading() as session:
        stored = dict(json.loads(session.exec(select(Webhook.headers)).one()))
    (name,) = headers
    assert (stored[name.title()], stored["X-Other"]) == ("***", "kept")


def test_a_source_that_is_off_asks_to_come_back(client: FlaskClient) -> None:
    api_key = source_with({}, active=False)
    answer = post(client, api_key)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert refused(client, api_key) == {"off": 1}


def test_a_key_that_has_ended_opens_nothing(client: FlaskClient) -> None:
    api_key = source_with({}, "shop")
    with transaction() as session:
        new = replace_keys(session, "shop", keep_until=utc_now())
    assert post(client, api_key).status_code == 401
    assert post(client, new).status_code == 200


@pytest.mark.usefixtures("sqlite_database")
def test_addresses_are_those_before_as_many_proxies_as_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api_key = source_with({"addresses": ["192.0.2.0/24"]})
    forwarded = {"X-Forwarded-For": "198.51.100.1, 192.0.2.7"}
    answer = post(create_app().test_client(), api_key, headers=forwarded)
    assert answer.status_code == 403  # no proxy is believed until one is named
    monkeypatch.setenv("HOOKLINE_TRUSTED_PROXIES", "1")
    settings.cache_clear()
    client = create_app().test_client()
    assert post(client, api_key, headers=forwarded).status_code == 200
    forged = {"X-Forwarded-For": "192.0.2.7, 198.51.100.1"}
    assert post(client, api_key, headers=forged).status_code == 403


def test_what_is_needed_to_check_is_kept_for_a_start_without_database(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = {"signature": HMAC, "map": [{"unknown": "here"}]}
    api_key = source_with(definition, requests_per_second=5.0)
    known = Keys().door(api_key)
    kept = settings().resolved_spool_path() / "keys.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "unknown" not in kept.read_text()
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", "postgresql+psycopg://127.0.0.1:1/none")
    monkeypatch.setenv("HOOKLINE_STORE_TIMEOUT_SECONDS", "1")
    settings.cache_clear()
    assert known and Keys().door(api_key) == known


@pytest.mark.parametrize(
    ("event_id", "same", "another"),
    [
        ({"header": "X-Event"}, {"headers": {"X-Event": "7"}}, {"headers": {"X-Event": "8"}}),
        (
            {"path": "body.form.token"},
            {"json": {"form": {"token": "7"}, "sent": 1}},
            {"json": {"form": {"token": "8"}}},
        ),
        (
            {"path": "body.submissionID"},
            {"data": {"submissionID": "7"}},
            {"data": {"submissionID": "8"}},
        ),
        ({"same_body_within": "10m"}, {"data": b"same"}, {"data": b"another"}),
    ],
)
def test_a_repeat_hears_the_id_of_the_first(
    client: FlaskClient, event_id: dict[str, str], same: dict[str, Any], another: dict[str, Any]
) -> None:
    url = f"/webhooks/{(api_key := source_with({'event_id': event_id}))}"
    first, again, other = (client.post(url, **each) for each in (same, same, another))
    assert [each.status_code for each in (first, again, other)] == [200] * 3
    assert first.json == again.json != other.json
    assert count() == 2
    assert refused(client, api_key) == {"repeat": 1}


def test_without_an_id_two_that_are_alike_are_two(client: FlaskClient) -> None:
    for definition in ({}, {"event_id": {"path": "body.id"}}, {"event_id": {"header": "X-Event"}}):
        api_key, before = source_with(definition), count()
        assert [post(client, api_key).status_code for _ in range(2)] == [200, 200]
        assert count() == before + 2


def test_a_hundred_repeats_at_once_through_two_receivers_are_one_webhook(
    served: Served, serve: Serve
) -> None:
    api_key = source_with({"event_id": {"path": "body.id"}}, name := f"shop {utc_now()}")
    with serve(settings().database_url, api_key) as other, ThreadPoolExecutor(32) as threads:
        urls = [f"{each.url}/webhooks/{api_key}" for each in (served, other)]

        def send(number: int) -> str:
            body = json.dumps({"id": "evt-1", "attempt": number}).encode()
            headers = {"Content-Type": "application/json"}
            answer = httpx.post(urls[number % 2], content=body, headers=headers, timeout=30)
            assert answer.status_code == 200, answer.text
            return str(answer.json()["id"])

        ids = set(threads.map(send, range(100)))
    with reading() as session:
        mine = select(func.count()).where(col(Webhook.webhook_source) == name)
        assert (len(ids), session.exec(mine).one()) == (1, 1)


def test_each_source_checks_what_it_says(client: FlaskClient) -> None:
    """A change of a definition is seen by the next look at the keys."""
    api_key = source_with({}, "shop")
    assert post(client, api_key).status_code == 200
    with transaction() as session:
        get_source(session, "shop").definition = {"signature": HMAC}
    client.application.extensions["keys"]._read_at = 0
    assert post(client, api_key).status_code == 401


def test_a_key_that_was_removed_while_nobody_sent_opens_nothing(client: FlaskClient) -> None:
    """The front has begun to read the keys by then, and the request waits for that reading."""
    api_key = source_with({}, "shop")
    assert post(client, api_key).status_code == 200
    with transaction() as session:
        remove_source(session, "shop")
    keys = client.application.extensions["keys"]
    keys._read_at = float("-inf")
    assert not keys.knows(api_key)
    assert post(client, api_key).status_code == 401
