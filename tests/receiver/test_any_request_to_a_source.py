"""No request whatever makes the receiver fail: it is stored, or refused in words."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.sources import source_with

HMAC = {"scheme": "hmac", "header": "X-Sign", "prefix": "v1=", "secret": "s3cret"}
SENDERS = {
    "get": True,
    "challenge": "hub.challenge",
    "describes_entities": True,
    "origins": ["https://www.example.com"],
    "redirect_hosts": ["www.example.com"],
    "redirect_field": "_next",
}
DEFINITIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "asks": {"senders": SENDERS},
    "by path": {"event_id": {"path": "body.form.id || query.id"}},
    "by header": {"event_id": {"header": "X-Event"}, "senders": SENDERS},
    "by body": {"event_id": {"same_body_within": "1m"}},
    "signed": {"signature": HMAC, "senders": SENDERS},
    "token": {"signature": {"scheme": "jwt", "algorithm": "HS256", "secret": "s" * 32}},
    "standard": {"signature": {"scheme": "standard-webhooks", "secret": "whsec_c2VjcmV0"}},
    "coded": {"signature": {"scheme": "code", "code": "twilio", "secret": "s"}},
    "elsewhere": {"addresses": ["192.0.2.0/24"]},
}


@pytest.fixture
def keys(client: FlaskClient) -> Iterator[list[str]]:
    yield [source_with(definition) for definition in DEFINITIONS.values()] + ["unknown", "%00%ff"]


latin = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=30)
headers = st.lists(
    st.tuples(
        st.sampled_from(
            "X-Sign X-Event Content-Type Content-Encoding Authorization Origin Accept Referer "
            "Access-Control-Request-Headers X-Forwarded-For webhook-id webhook-signature "
            "webhook-timestamp X-Twilio-Signature Cookie Host".split()
        ),
        st.one_of(
            latin,
            st.sampled_from(
                [
                    "application/json",
                    "application/x-www-form-urlencoded; charset=utf-7",
                    "multipart/form-data; boundary=x",
                    "https://www.example.com",
                    "v1=" + "0" * 64,
                    "a.b.c",
                ]
            ),
        ),
    ),
    max_size=5,
)
bodies = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b'{"form": {"id": 7}, "_next": "https://www.example.com/"}',
            b'{"form": {"id": [1]}}',
            b"[" * 5000,
            b"_next=https%3A%2F%2Fwww.example.com%2F&a%5B%5D=1",
            b'--x\r\nContent-Disposition: form-data; name="_next"\r\n\r\n\xff\r\n--x--',
            b"\xff\xfe\x00",
        ]
    ),
)
paths = st.sampled_from(
    ["/webhooks/{}", "/webhooks/{}/", "/get_entities/{}", "/get_entity_description/{}/Contact"]
)
queries = st.one_of(
    latin, st.sampled_from(["hub.challenge=1", "id=7&id=8", "_next=//x", "hub.challenge=%ED%A0%80"])
)


@settings(max_examples=400)
@given(
    at=st.integers(0, len(DEFINITIONS) + 1),
    path=paths,
    method=st.sampled_from("POST POST POST GET OPTIONS HEAD PUT DELETE TRACE".split()),
    query=queries,
    headers=headers,
    body=bodies,
)
def test_any_request_is_stored_or_refused_in_words(
    client: FlaskClient,
    keys: list[str],
    at: int,
    path: str,
    method: str,
    query: str,
    headers: list[tuple[str, str]],
    body: bytes,
) -> None:
    environ = EnvironBuilder(
        path=path.format(keys[at]), method=method, headers=headers, data=body
    ).get_environ()
    environ["QUERY_STRING"] = query
    # Without the client, which itself fails where the Host is no host.
    said, status, _ = run_wsgi_app(client.application, environ)
    text = b"".join(said)
    assert status < "5", text
    if status >= "4" and method != "HEAD":
        assert json.loads(text)["message"]
