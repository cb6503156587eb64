"""Any request whatever: an answer in words, never an error of ours."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

TEXT = st.text(st.characters(codec="latin-1"), max_size=60)
NAMES = st.from_regex(r"\A[A-Z][A-Z_]{0,20}\Z")
METHODS = st.sampled_from(
    ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "CONNECT", "X"]
)
HEADERS = st.dictionaries(
    NAMES.map("HTTP_{}".format)
    | st.sampled_from(
        """CONTENT_TYPE CONTENT_LENGTH HTTP_HOST HTTP_REFERER HTTP_ORIGIN HTTP_RANGE HTTP_COOKIE
        HTTP_AUTHORIZATION HTTP_X_FORWARDED_FOR HTTP_CONTENT_ENCODING HTTP_IF_NONE_MATCH
        HTTP_IF_MODIFIED_SINCE HTTP_TRANSFER_ENCODING HTTP_ACCEPT HTTP_EXPECT""".split()
    ),
    TEXT
    | st.sampled_from(["-1", "1e9", "bytes=0-", "Basic !", "gzip", "multipart/form-data", "*"]),
    max_size=6,
)
PATHS = (
    TEXT.map("/{}".format)
    | TEXT
    | st.sampled_from(
        [
            "/console/",
            "/console/webhooks/%",
            "/healthz/",
            "/metrics",
            "*",
            "//",
            "/webhooks//",
            "/../",
        ]
    )
)


def answered(client: FlaskClient, api_key: str, request: dict[str, Any]) -> None:
    environ = {"REMOTE_ADDR": "127.0.0.1", **request["headers"]}
    path = request["path"].replace("KEY", api_key)
    answer = client.open(
        environ_overrides=environ | {"PATH_INFO": path, "QUERY_STRING": request["query"]},
        method=request["method"],
        data=request["body"],
    )
    assert answer.status_code < 500, answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if answer.status_code >= 400 and request["method"] != "HEAD":
        assert answer.text.strip()


REQUESTS = st.fixed_dictionaries(
    {
        "method": METHODS,
        "path": PATHS | TEXT.map("/webhooks/KEY{}".format) | st.just("/webhooks/KEY"),
        "query": TEXT,
        "headers": HEADERS,
        "body": st.binary(max_size=200),
    }
)
ODD = {"method": "POST", "path": "/webhooks/KEY", "query": "", "headers": {}, "body": b""}


@given(request=REQUESTS)
@example(request=ODD | {"headers": {"HTTP_HOST": "[::1"}})
@example(request=ODD | {"headers": {"HTTP_HOST": "\xff"}})
@example(request=ODD | {"method": "GET", "path": "/console/", "headers": {"HTTP_HOST": "["}})
@example(request=ODD | {"headers": {"HTTP_REFERER": "\x00", "CONTENT_TYPE": "\x00\xff"}})
@example(request=ODD | {"query": "\x00\xff"})
@example(request=ODD | {"method": "GET", "path": "/console/", "query": "\x80"})
@example(request=ODD | {"headers": {"CONTENT_LENGTH": "-1"}})
@settings(max_examples=60)
def test_any_request_is_answered(
    client: FlaskClient, api_key: str, request: dict[str, Any]
) -> None:
    answered(client, api_key, request)


@pytest.mark.prove
@given(request=REQUESTS)
@settings(max_examples=5_000, derandomize=False)
def test_any_of_many_requests_is_answered(
    client: FlaskClient, api_key: str, request: dict[str, Any]
) -> None:
    answered(client, api_key, request)
