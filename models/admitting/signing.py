"""Whether a request shows that it is from its source: one function for each scheme.

All work on the octets as they came, before anything is parsed, and compare in constant time.
"""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime

import standardwebhooks

from models.admitting.coding import verify_by_code
from models.admitting.hashing import verify_hmac
from models.admitting.request import BrokenDefinitionError, NotAdmittedError, Request, octets_of
from models.admitting.schemes import (
    Basic,
    Bearer,
    Coded,
    FixedHeader,
    Hmac,
    Jwt,
    Signature,
    StandardWebhooks,
    Unsigned,
)
from models.admitting.secret import IN_ENVIRONMENT, reveal, reveal_octets
from models.admitting.tokens import key_of, verify_jwt


def verify(scheme: Signature, request: Request, now: datetime) -> None:
    """Return where a request shows what its source's scheme asks for.

    Raises:
        NotAdmittedError: it does not.
        BrokenDefinitionError: the scheme cannot be checked: a secret is missing or no key.
    """
    match scheme:
        case Unsigned():
            return
        case Hmac():
            verify_hmac(scheme, request, now)
        case StandardWebhooks():
            _verify_standard_webhooks(scheme, request)
        case Basic():
            expected = [_basic(scheme.username, reveal(each)) for each in scheme.secret]
            _compare(request, "Authorization", "Basic ", expected)
        case Bearer():
            _compare(request, "Authorization", "Bearer ", _all_of(scheme.secret))
        case FixedHeader():
            _compare(request, scheme.header, "", _all_of(scheme.secret))
        case Jwt():
            verify_jwt(scheme, request)
        case Coded():
            verify_by_code(scheme.code, request, [reveal(each) for each in scheme.secret])


def check_secrets(scheme: Signature) -> None:
    """Try those secrets that are written out, at configuration, as a request would.

    Raises:
        BrokenDefinitionError: one is not in its encoding, or no key.
    """
    if isinstance(scheme, Unsigned):
        return
    for each in scheme.secret:
        if each.startswith(IN_ENVIRONMENT):
            continue  # that of the receiver is another environment
        match scheme:
            case Hmac():
                reveal_octets(each, scheme.secret_encoding)
            case StandardWebhooks():
                _webhook(each)
            case Jwt():
                key_of(scheme, each)


def _all_of(secrets: Sequence[str]) -> list[bytes]:
    return [reveal(each).encode() for each in secrets]


def _basic(username: str, password: str) -> bytes:
    return base64.b64encode(f"{username}:{password}".encode())


def _compare(request: Request, header: str, prefix: str, expected: Sequence[bytes]) -> None:
    text = request.header(header)
    if text[: len(prefix)].lower() != prefix.lower():
        raise NotAdmittedError(f"The header {header} does not begin with {prefix.strip()}.")
    shown = octets_of(text[len(prefix) :].strip())
    if not any([hmac.compare_digest(each, shown) for each in expected]):
        raise NotAdmittedError(f"The header {header} does not hold what was agreed.")


def _verify_standard_webhooks(scheme: StandardWebhooks, request: Request) -> None:
    webhooks = [_webhook(each) for each in scheme.secret]
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    headers = {name: request.header(name) for name in names}
    if not any([_verifies(webhook, request.body, headers) for webhook in webhooks]):
        raise NotAdmittedError(
            "The signature in webhook-signature is not that of this request, or is too old."
        )


def _verifies(webhook: standardwebhooks.Webhook, body: bytes, headers: dict[str, str]) -> bool:
    try:
        webhook.verify(body, headers, json_parse=False)
    except Exception:  # beside its own error it lets through those of parts that are malformed
        return False
    return True


def _webhook(secret: str) -> standardwebhooks.Webhook:
    try:
        return standardwebhooks.Webhook(reveal(secret))
    except BrokenDefinitionError:
        raise
    except Exception:
        raise BrokenDefinitionError("The secret is no base64, as whsec_… is.") from None
