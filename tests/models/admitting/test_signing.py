"""Every scheme: what a sender really signs is let in, and nothing that differs by a byte is.

Each case signs by a few lines of its own, from the scheme's public description.
"""

import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from models.admitting.admission import Admission, admit
from models.admitting.request import NotAdmittedError, Request

SECRET, OLD, WRONG = (f"{word}-secret-of-thirty-two-octets-and-more" for word in ("a", "b", "c"))
BODY = b'{"Email": "ada@example.com", "Name": "\xc3\xa9"}'
URL = "https://hooks.example.com/webhooks/key?a=b"
Headers = dict[str, str]


def digest(secret: str, message: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), message, algorithm).digest()


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def whsec(secret: str) -> str:
    return f"whsec_{b64(secret.encode())}"


@dataclass(frozen=True)
class Case:
    """A scheme, and how its sender makes the headers that show who it is."""

    scheme: dict[str, Any]
    sign: Callable[[str, bytes, int], Headers]
    covers_body: bool = True
    dated: bool = False
    secret: Callable[[str], str] = str


def stripe(secret: str, body: bytes, now: int) -> Headers:
    signature = digest(secret, f"{now}.".encode() + body).hex()
    return {"Stripe-Signature": f"t={now},v1={signature},v0={'0' * 64}"}


def webflow(secret: str, body: bytes, now: int) -> Headers:
    signature = digest(secret, f"{now * 1000}:".encode() + body).hex()
    return {"x-webflow-signature": signature, "x-webflow-timestamp": str(now * 1000)}


def standard(secret: str, body: bytes, now: int) -> Headers:
    signature = b64(digest(secret, f"msg_1.{now}.".encode() + body))
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{signature}",
    }


def with_all(secret: str, body: bytes, now: int) -> Headers:
    moment = datetime.fromtimestamp(now, UTC).isoformat()
    message = f"POST {URL}\n{moment}\nnr-7\n".encode() + body
    signature = base64.urlsafe_b64encode(digest(secret, message, "sha512")).decode().rstrip("=")
    return {"X-Sign": f"v2={signature}", "X-Time": moment, "X-Id": "nr-7"}


CASES = {
    "typeform": Case(
        {"scheme": "hmac", "header": "Typeform-Signature", "prefix": "sha256=",
         "encoding": "base64"},
        lambda secret, body, now: {"Typeform-Signature": "sha256=" + b64(digest(secret, body))},
    ),
    "shopify": Case(
        {"scheme": "hmac", "header": "X-Shopify-Hmac-Sha256", "encoding": "base64"},
        lambda secret, body, now: {"X-Shopify-Hmac-Sha256": b64(digest(secret, body))},
    ),
    "sha1 in capitals": Case(
        {"scheme": "hmac", "header": "X-Hub-Signature", "prefix": "sha1=", "algorithm": "sha1"},
        lambda secret, body, now: {
            "X-Hub-Signature": "sha1=" + digest(secret, body, "sha1").hex().upper()
        },
    ),
    "secret in hex": Case(
        {"scheme": "hmac", "header": "X-Sign", "secret_encoding": "hex", "algorithm": "sha384"},
        lambda secret, body, now: {"X-Sign": digest(secret, body, "sha384").hex()},
        secret=lambda secret: secret.encode().hex(),
    ),
    "stripe": Case(
        {"scheme": "hmac", "header": "Stripe-Signature", "field": "v1", "timestamp_field": "t",
         "signed": "{timestamp}.{body}"},
        stripe,
        dated=True,
    ),
    "webflow": Case(
        {"scheme": "hmac", "header": "x-webflow-signature", "signed": "{timestamp}:{body}",
         "timestamp_header": "x-webflow-timestamp", "timestamp_unit": "ms"},
        webflow,
        dated=True,
    ),
    "url, method, id": Case(
        {"scheme": "hmac", "header": "X-Sign", "prefix": "v2=", "algorithm": "sha512",
         "signed": "{method} {url}\n{timestamp}\n{id}\n{body}", "encoding": "base64url",
         "timestamp_header": "X-Time", "timestamp_unit": "iso", "id_header": "X-Id"},
        with_all,
        dated=True,
    ),
    "standard webhooks": Case(
        {"scheme": "standard-webhooks"}, standard, dated=True, secret=whsec
    ),
    "basic": Case(
        {"scheme": "basic", "username": "zoé"},
        lambda secret, body, now: {"Authorization": "Basic " + b64(f"zoé:{secret}".encode())},
        covers_body=False,
    ),
    "bearer": Case(
        {"scheme": "bearer"},
        lambda secret, body, now: {"Authorization": f"bearer {secret}"},
        covers_body=False,
    ),
    "fixed header": Case(
        {"scheme": "header", "header": "X-Token"},
        lambda secret, body, now: {"X-Token": secret},
        covers_body=False,
    ),
    "token in a header": Case(
        {"scheme": "jwt", "algorithm": "HS256", "header": "Authorization", "require": ["exp"],
         "tolerance": "60s"},
        lambda secret, body, now: {
            "Authorization": "Bearer " + jwt.encode({"exp": now + 60}, secret, "HS256")
        },
        covers_body=False,
    ),
}  # fmt: skip

every_scheme = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def is_let_in(case: Case, request: Request, *secrets: str) -> bool:
    """Say whether a source with these secrets lets a request in."""
    scheme = case.scheme | {"secret": [case.secret(each) for each in secrets or [SECRET]]}
    try:
        admit(Admission.model_validate({"signature": scheme}), request, datetime.now(UTC))
    except NotAdmittedError:
        return False
    return True


def signed(case: Case, secret: str = SECRET, at: int | None = None) -> Request:
    headers = case.sign(secret, BODY, int(time.time()) if at is None else at)
    return Request(body=BODY, headers=tuple(headers.items()), url=URL)


@every_scheme
def test_what_its_sender_signs_is_let_in(case: Case) -> None:
    assert is_let_in(case, signed(case))


@every_scheme
def test_a_wrong_secret_is_refused(case: Case) -> None:
    assert not is_let_in(case, signed(case, WRONG))


@every_scheme
def test_while_secrets_rotate_both_are_good(case: Case) -> None:
    for secret in (SECRET, OLD):
        assert is_let_in(case, signed(case, secret), SECRET, OLD)
    assert not is_let_in(case, signed(case, WRONG), SECRET, OLD)


@every_scheme
def test_a_missing_header_is_refused(case: Case) -> None:
    whole = signed(case)
    for number in range(len(whole.headers)):
        left = [each for at, each in enumerate(whole.headers) if at != number]
        assert not is_let_in(case, replace(whole, headers=left))


@every_scheme
def test_a_doubled_header_is_refused(case: Case) -> None:
    """Also as a server hands it over, the two of them joined by a comma."""
    whole = signed(case)
    for name, value in whole.headers:
        others = [each for each in whole.headers if each[0] != name]
        assert not is_let_in(case, replace(whole, headers=[*whole.headers, (name, value)]))
        joined = [*others, (name, f"{value},{value}")]
        assert not is_let_in(case, replace(whole, headers=joined))


@every_scheme
def test_one_changed_byte_is_refused(case: Case) -> None:
    whole = signed(case)
    if case.covers_body:
        for at in range(len(BODY)):
            changed = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
            assert not is_let_in(case, replace(whole, body=changed))
    for name, value in whole.headers:
        others = [each for each in whole.headers if each[0] != name]
        middle = len(value) * 2 // 5  # within the signature, also of those with several fields
        other = "0" if value[middle] != "0" else "1"  # a letter's case says nothing in hexadecimal
        changed_value = f"{value[:middle]}{other}{value[middle + 1 :]}"
        assert not is_let_in(case, replace(whole, headers=[*others, (name, changed_value)]))


@pytest.mark.parametrize(
    "case", [each for each in CASES.values() if each.dated],
    ids=[name for name, each in CASES.items() if each.dated],
)  # fmt: skip
def test_what_is_stale_or_of_the_future_is_refused(case: Case) -> None:
    now = int(time.time())
    for seconds in (-290, 290):
        assert is_let_in(case, signed(case, at=now + seconds))
    for seconds in (-310, 310, -(10**9)):
        assert not is_let_in(case, signed(case, at=now + seconds))


def test_url_and_method_are_covered_where_they_are_signed() -> None:
    case = CASES["url, method, id"]
    whole = signed(case)
    assert not is_let_in(case, replace(whole, url=URL + "c"))
    assert not is_let_in(case, replace(whole, method="PUT"))


def test_a_signature_may_come_for_both_secrets_at_once() -> None:
    case, now = CASES["stripe"], int(time.time())
    new, old = (digest(each, f"{now}.".encode() + BODY).hex() for each in (SECRET, OLD))
    header = [("Stripe-Signature", f"t={now},v1={new},v1={old}")]
    assert is_let_in(case, Request(body=BODY, headers=header), OLD)
    assert not is_let_in(case, Request(body=BODY, headers=header), WRONG)


@cache
def keys(algorithm: str) -> tuple[Any, str]:
    made: Any = (
        rsa.generate_private_key(65537, 2048)
        if algorithm == "RS256"
        else ec.generate_private_key(ec.SECP256R1())
    )
    public = made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    private = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, public.decode()


def takes(token: str, **scheme: Any) -> bool:
    case = Case({"scheme": "jwt"} | scheme, lambda *_: {})
    return is_let_in(case, Request(body=token.encode()), scheme["secret"])


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_body_that_is_a_token_is_verified_with_a_public_key(algorithm: str) -> None:
    private, public = keys(algorithm)
    token = jwt.encode({"data": "{}"}, private, algorithm)
    assert takes(token, algorithm=algorithm, secret=public)
    head, payload, signature = token.split(".")
    forged = payload[:5] + ("A" if payload[5] != "A" else "B") + payload[6:]
    assert not takes(f"{head}.{forged}.{signature}", algorithm=algorithm, secret=public)


def test_the_algorithm_is_ours_to_choose() -> None:
    """A public key is known to all: who signs with it as if it were a secret gets nowhere."""
    _, public = keys("RS256")
    head = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")
    message = head + b"." + base64.urlsafe_b64encode(b'{"data":1}').rstrip(b"=")
    signature = base64.urlsafe_b64encode(digest(public, message)).rstrip(b"=")
    assert not takes((message + b"." + signature).decode(), algorithm="RS256", secret=public)
    unsigned = jwt.encode({"data": 1}, "", "none")
    assert not takes(unsigned, algorithm="HS256", secret=SECRET)


def test_a_token_for_someone_else_or_too_old_is_refused() -> None:
    def made(**claims: Any) -> str:
        return jwt.encode(claims, SECRET, "HS256")

    agreed = {"algorithm": "HS256", "secret": SECRET, "issuer": "shop", "audience": "us"}
    long_ago = datetime.now(UTC) - timedelta(days=1)
    assert takes(made(iss="shop", aud="us"), **agreed)
    assert not takes(made(iss="shop", aud="them"), **agreed)
    assert not takes(made(iss="them", aud="us"), **agreed)
    assert not takes(made(iss="shop"), **agreed)
    assert not takes(made(iss="shop", aud="us", exp=long_ago), **agreed)


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("54.241.34.25", True),
        ("::ffff:54.241.34.25", True),
        ("54.241.34.26", False),
        ("10.1.2.3", True),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("", False),
        ("unknown", False),
    ],
)
def test_addresses_and_networks(address: str, good: bool) -> None:
    networks = ["54.241.34.25", "10.0.0.0/8", "2001:db8::/32"]
    admission = Admission.model_validate_json(json.dumps({"addresses": networks}))
    try:
        admit(admission, Request(address=address), datetime.now(UTC))
    except NotAdmittedError:
        assert not good
    else:
        assert good


def test_the_published_example_of_github_is_let_in() -> None:
    scheme = {"scheme": "hmac", "header": "X-Hub-Signature-256", "prefix": "sha256="}
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    request = Request(body=b"Hello, World!", headers=[("X-Hub-Signature-256", signature)])
    case = Case(scheme, lambda *_: {})
    assert is_let_in(case, request, "It's a Secret to Everybody")
    assert not is_let_in(
        case, replace(request, body=b"Hello, World?"), "It's a Secret to Everybody"
    )
