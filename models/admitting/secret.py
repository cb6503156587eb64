"""Secrets: written in a definition or a variable of the receiver's environment, or sent along."""

import base64
import os
import re
from collections.abc import Sequence
from typing import Literal

from models.admitting.request import BrokenDefinitionError

IN_ENVIRONMENT = "env:"
"""What a secret begins with that stands in a variable: `env:SHOP_SECRET`."""

HIDDEN = "(hidden)"
"""What is shown in place of a secret that was sent along."""
SECRET = re.compile(
    r"auth|cookie|token|secret|passw|key(?!words?$)|signature|hmac|session|(?:^|[-_])sig$",
    re.IGNORECASE,
)
"""Rather one too many: what is hidden can be looked up, and what was shown is known."""

SecretEncoding = Literal["text", "hex", "base64", "base64url"]


def sounds_secret(name: str) -> bool:
    """Say whether a header or parameter, by its name, holds what opens a door."""
    return bool(SECRET.search(name))


def reveal(secret: str) -> str:
    """Return a secret itself.

    Raises:
        BrokenDefinitionError: it is empty, or its variable is not set.
    """
    if secret.startswith(IN_ENVIRONMENT):
        name = secret.removeprefix(IN_ENVIRONMENT)
        secret = os.environ.get(name, "")
        if not secret:
            raise BrokenDefinitionError(
                f"The variable {name} is not set in the environment of the receiver."
            )
    if not secret:
        raise BrokenDefinitionError("The secret is empty.")
    return secret


def reveal_octets(secret: str, encoding: SecretEncoding) -> bytes:
    """Return the octets of a secret.

    Raises:
        BrokenDefinitionError: it is empty, not set, or not in its encoding.
    """
    text = reveal(secret)
    try:
        octets = _decode(text, encoding)
    except ValueError:
        raise BrokenDefinitionError(f"The secret is not {encoding}.") from None
    if not octets:
        raise BrokenDefinitionError("The secret is empty.")
    return octets


def _decode(text: str, encoding: SecretEncoding) -> bytes:
    if encoding == "text":
        return text.encode()
    if encoding == "hex":
        return bytes.fromhex(text)
    altchars = b"-_" if encoding == "base64url" else None
    unpadded = text.rstrip("=")
    return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), altchars, validate=True)


def of_environment(secrets: Sequence[str]) -> list[str]:
    """Return the names of the variables that secrets stand in."""
    return [
        each.removeprefix(IN_ENVIRONMENT) for each in secrets if each.startswith(IN_ENVIRONMENT)
    ]
