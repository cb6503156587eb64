"""Signed tokens (JWT): the body itself, or in a header, verified with a key and one algorithm."""

import warnings
from typing import Any

import jwt

from models.admitting.request import BrokenDefinitionError, NotAdmittedError, Request
from models.admitting.schemes import Jwt
from models.admitting.secret import reveal


def verify_jwt(scheme: Jwt, request: Request) -> None:
    """Check a token: its signature, its times, its issuer and audience.

    Raises:
        NotAdmittedError: no key fits, or it is too old, or for someone else.
        BrokenDefinitionError: a key is none.
    """
    keys = [key_of(scheme, each) for each in scheme.secret]
    token = _token(scheme, request)
    refused = [_refused(scheme, token, key) for key in keys]
    if all(refused):
        raise NotAdmittedError(f"The token is not good: {refused[0]}.")


def key_of(scheme: Jwt, secret: str) -> Any:
    """Read a key, as the algorithm needs it.

    Raises:
        BrokenDefinitionError: it is none, or too short to be safe.
    """
    algorithm = jwt.get_algorithm_by_name(scheme.algorithm)
    try:
        key = algorithm.prepare_key(reveal(secret))
        too_short = algorithm.check_key_length(key)
    except BrokenDefinitionError:
        raise
    except Exception as error:  # the library declares none of what a key that is none raises
        raise BrokenDefinitionError(
            f"The secret is no key for {scheme.algorithm} ({type(error).__name__})."
        ) from None
    if too_short:
        raise BrokenDefinitionError(f"The secret is too short for {scheme.algorithm}.")
    return key


def _token(scheme: Jwt, request: Request) -> bytes | str:
    if scheme.header is None:
        return request.body.strip().strip(b'"')  # some send it as a text of JSON
    text = request.header(scheme.header).strip()
    return text[7:].strip() if text[:7].lower() == "bearer " else text


def _refused(scheme: Jwt, token: bytes | str, key: Any) -> str | None:
    """Return why a token is not taken, None where it is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            jwt.decode(
                token,
                key,
                algorithms=[scheme.algorithm],
                issuer=scheme.issuer,
                audience=scheme.audience,
                leeway=scheme.tolerance,
                options={
                    "require": list(scheme.require),
                    "verify_aud": scheme.audience is not None,
                },
            )
    except Exception as error:  # among them ValueError and RecursionError, of tokens that are none
        return type(error).__name__
    return None
