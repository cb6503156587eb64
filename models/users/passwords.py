"""Passwords: made, hashed and compared. Only scrypt's hash of one is kept.

A comparison takes 32 MiB and a twentieth of a second, so that only a few run at a time: a flood of
sign-ins costs those who sign in, and not the webhooks.
"""

import secrets
from threading import BoundedSemaphore

from werkzeug.security import check_password_hash, generate_password_hash

SHORTEST = 12
"""Characters; the length is the only rule, as NIST SP 800-63B has it."""
LONGEST = 200
AT_ONCE = 2
PATIENCE_SECONDS = 3

_NOBODYS = generate_password_hash(secrets.token_hex(), "scrypt")
_comparing = BoundedSemaphore(AT_ONCE)


class PasswordError(Exception):
    """A password cannot be taken, or not be compared now; the text says why."""


def new_password() -> str:
    """Make a password of 90 random bits, in groups that can be read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(6)) for _ in range(3))


def hash_of(password: str) -> str:
    """Return what is kept of a password.

    Raises:
        PasswordError: it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(f"A password has {SHORTEST} to {LONGEST} characters.")
    return generate_password_hash(password, "scrypt")


def is_right(password: str, password_hash: str | None) -> bool:
    """Compare a password; without a hash, for as long as with one, so that no name is given away.

    Raises:
        PasswordError: too many are being compared at this moment.
    """
    if not _comparing.acquire(timeout=PATIENCE_SECONDS):
        raise PasswordError("Too many people are signing in at this moment. Try again.")
    try:
        right = check_password_hash(password_hash or _NOBODYS, password[:LONGEST])
        return right and password_hash is not None
    finally:
        _comparing.release()
