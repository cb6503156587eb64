"""Keyed hashes: what a sender signed, hashed again, and compared in constant time."""

import base64
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from models.admitting.request import NotAdmittedError, Request, octets_of
from models.admitting.schemes import Hmac, pieces
from models.admitting.secret import reveal_octets

MOST_SIGNATURES = 20
"""More than this in one header are refused: each costs a comparison with every secret."""


def verify_hmac(scheme: Hmac, request: Request, now: datetime) -> None:
    """Check a keyed hash, and the moment that it was made.

    Raises:
        NotAdmittedError: it is missing, too old, or not that of this request.
        BrokenDefinitionError: a secret cannot be read.
    """
    secrets = [reveal_octets(each, scheme.secret_encoding) for each in scheme.secret]
    text = request.header(scheme.header).strip()
    signatures = _signatures(scheme, text)
    timestamp = _timestamp(scheme, request, text)
    if timestamp is not None:
        _check_age(scheme, timestamp, now)
    signed = _signed(scheme, request, timestamp or "")
    expected = [_encoded(scheme, secret, signed) for secret in secrets]
    # Each is compared with each, so that the time tells nothing of which it was.
    matches = [hmac.compare_digest(one, other) for one in expected for other in signatures]
    if not any(matches):
        raise NotAdmittedError(f"The signature in {scheme.header} is not that of this request.")


def _signatures(scheme: Hmac, text: str) -> list[bytes]:
    found = _fields(text, scheme.separator, scheme.field) if scheme.field else [text]
    if not found or len(found) > MOST_SIGNATURES:
        raise NotAdmittedError(f"The header {scheme.header} holds no {scheme.field}.")
    if not all(each.startswith(scheme.prefix) for each in found):
        raise NotAdmittedError(f"{scheme.header} does not begin with {scheme.prefix}")
    return [_normal(scheme, each.removeprefix(scheme.prefix)) for each in found]


def _fields(text: str, separator: str, name: str) -> list[str]:
    pairs = (each.strip().partition("=") for each in text.split(separator))
    return [value for key, _, value in pairs if key.strip() == name]


def _timestamp(scheme: Hmac, request: Request, text: str) -> str | None:
    if scheme.timestamp_header:
        return request.header(scheme.timestamp_header)
    if not scheme.timestamp_field:
        return None
    found = _fields(text, scheme.separator, scheme.timestamp_field)
    if len(found) != 1:
        raise NotAdmittedError(
            f"{scheme.header} holds {scheme.timestamp_field} {len(found)} times, rather than once."
        )
    return found[0]


def _check_age(scheme: Hmac, timestamp: str, now: datetime) -> None:
    if not now - scheme.tolerance <= _moment(scheme, timestamp) <= now + scheme.tolerance:
        raise NotAdmittedError("The timestamp is too old, or of the future. Is a clock wrong?")


def _moment(scheme: Hmac, timestamp: str) -> datetime:
    try:
        if scheme.timestamp_unit == "iso":
            moment = datetime.fromisoformat(timestamp)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        number = int(timestamp)
        seconds = number if scheme.timestamp_unit == "s" else number / 1000
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        raise NotAdmittedError("The timestamp is none.") from None


def _signed(scheme: Hmac, request: Request, timestamp: str) -> bytes:
    return b"".join(_pieces(scheme, request, timestamp))


def _pieces(scheme: Hmac, request: Request, timestamp: str) -> Iterator[bytes]:
    for text, name in pieces(scheme.signed):
        yield text.encode()
        if name == "body":
            yield request.body
        elif name == "timestamp":
            yield octets_of(timestamp)
        elif name == "id":
            yield octets_of(request.header(scheme.id_header or ""))
        elif name:
            yield octets_of(request.url if name == "url" else request.method)


def _encoded(scheme: Hmac, secret: bytes, signed: bytes) -> bytes:
    digest = hmac.digest(secret, signed, scheme.algorithm)
    if scheme.encoding == "hex":
        return digest.hex().encode()
    if scheme.encoding == "base64":
        return base64.b64encode(digest)
    return base64.urlsafe_b64encode(digest).rstrip(b"=")


def _normal(scheme: Hmac, signature: str) -> bytes:
    """Fold what may be written in two ways: the case of hex, the padding of base64url."""
    if scheme.encoding == "hex":
        signature = signature.lower()
    elif scheme.encoding == "base64url":
        signature = signature.rstrip("=")
    return octets_of(signature)
