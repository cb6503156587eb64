"""No definition and no request raises anything but the two errors that are declared."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.admitting.admission import Admission, admit, part_for_receivers, read_admission
from models.admitting.events import Event
from models.admitting.request import BrokenDefinitionError, NotAdmittedError, Request
from models.admitting.schemes import JWT_ALGORITHMS

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HEADERS = ["X-Sign", "Authorization", "X-Time", "webhook-id", "webhook-timestamp",
           "webhook-signature", "X-Id"]  # fmt: skip

odd_text = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "=", ",", "v1=,v1=", "t=1,v1=é", "v1,", "v1,AAAA v2,=", "Basic ", "\ud800"]
    ),
    st.sampled_from(["9" * 400, "-1", "nan", "9999-12-31T23:59:59-23:59", "1e400", "0001-01-01"]),
    st.sampled_from(["a.b.c", "eyJhbGciOiJIUzI1NiJ9.e30.", "[" * 2000]),
)
secrets = st.one_of(
    odd_text,
    st.lists(odd_text, max_size=3),
    st.sampled_from(["s" * 64, "whsec_c2VjcmV0", "env:HOOKLINE_NOT_SET", "env:", "-----BEGIN"]),
)
schemes = st.fixed_dictionaries(
    {
        "scheme": st.sampled_from(
            ["none", "hmac", "standard-webhooks", "basic", "bearer", "header", "jwt", "code", "x"]
        )
    },
    optional={
        "secret": secrets,
        "header": st.sampled_from(HEADERS),
        "username": odd_text,
        "algorithm": st.sampled_from(["sha1", "sha256", "sha3_512", *JWT_ALGORITHMS]),
        "secret_encoding": st.sampled_from(["text", "hex", "base64", "base64url"]),
        "encoding": st.sampled_from(["hex", "base64", "base64url"]),
        "prefix": odd_text,
        "field": odd_text,
        "separator": odd_text,
        "signed": st.sampled_from(["{body}", "{timestamp}.{body}", "{id}{url}{body}", "{", "{x}"]),
        "timestamp_header": st.sampled_from(HEADERS),
        "timestamp_field": st.sampled_from(["t", ""]),
        "timestamp_unit": st.sampled_from(["s", "ms", "iso"]),
        "id_header": st.sampled_from(HEADERS),
        "code": odd_text,
    },
)
paths = st.one_of(
    odd_text,
    st.sampled_from(
        [
            "body.id",
            "body.a.b",
            "length(@)",
            "to_number(body.id)",
            "sum(@)",
            "keys(body.id)",
            "body[0]",
            "*",
        ]
    ),
)
definitions = st.fixed_dictionaries(
    {},
    optional={
        "signature": st.one_of(schemes, odd_text),
        "addresses": st.lists(st.sampled_from(["10.0.0.0/8", "::/0", "x"]), max_size=2),
        "event_id": st.dictionaries(
            st.sampled_from(["header", "path", "same_body_within", "x"]), paths, max_size=2
        ),
        "senders": st.dictionaries(
            st.sampled_from(["get", "origins", "redirect_to", "redirect_hosts"]), odd_text
        ),
    },
)
bodies = st.one_of(
    st.binary(max_size=40),
    odd_text.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda inner: st.dictionaries(st.sampled_from(["id", "a", "b"]), inner, max_size=3),
        max_leaves=5,
    ).map(lambda value: json.dumps(value).encode()),
)
requests = st.builds(
    Request,
    body=bodies,
    headers=st.lists(st.tuples(st.sampled_from(HEADERS), odd_text), max_size=6),
    url=odd_text,
    address=st.one_of(odd_text, st.sampled_from(["10.1.1.1", "::1"])),
    content_type=st.one_of(
        st.none(), odd_text, st.sampled_from(["application/json", "multipart/form-data"])
    ),
)


@settings(max_examples=600)
@given(definitions, requests)
def test_a_request_is_let_in_or_one_of_two_errors_says_why_not(
    definition: dict[str, Any], request: Request
) -> None:
    try:
        event = admit(read_admission(part_for_receivers(definition)), request, NOW)
    except (NotAdmittedError, BrokenDefinitionError) as error:
        assert str(error)
    else:
        assert event is None or isinstance(event, Event)


@settings(max_examples=300)
@given(schemes, requests)
def test_no_one_is_let_in_by_chance(scheme: dict[str, Any], request: Request) -> None:
    """Whatever a scheme other than none says, a request that is made at random does not fit it."""
    scheme = scheme | {"secret": "s" * 64}
    try:
        admission = read_admission(part_for_receivers({"signature": scheme}))
        admit(admission, request, NOW)
    except (NotAdmittedError, BrokenDefinitionError):
        return
    assert scheme["scheme"] == "none"


def test_without_a_definition_the_key_is_enough() -> None:
    assert read_admission(part_for_receivers(None)) == Admission()
    assert admit(Admission(), Request(), NOW) is None
