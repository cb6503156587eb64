"""Who is at the door: names and passwords, and the lock after failures."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select, update

from models.users.accounts import find_user
from models.users.auditing import note
from models.users.passwords import is_right
from models.users.tables import ConsoleUser

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)

REFUSAL = (
    "The name or the password is wrong. After "
    f"{MOST_FAILURES} wrong passwords, a name is locked for {LOCKED_FOR.seconds // 60} minutes."
)
"""The same in each case, so that it tells nobody which names there are."""


def sign_in(session: Session, name: str, password: str, now: datetime) -> ConsoleUser | None:
    """Return the user whose name and password these are, None where they are not, or are locked.

    What it notes of failures must be committed in either case.

    Raises:
        PasswordError: too many sign in at this moment.
    """
    user = find_user(session, name)
    right = is_right(password, user.password_hash if user else None)
    if user is None or (user.locked_until and user.locked_until > now):
        return None
    if right:
        user.last_sign_in_at, user.failures, user.locked_until = now, 0, None
        return user
    user.failures += 1
    if user.failures >= MOST_FAILURES:
        user.failures, user.locked_until = 0, now + LOCKED_FOR
        note(session, user.name, "locked", "console_user", now, user.id)
    return None


def sign_out(session: Session, user_id: UUID, now: datetime) -> None:
    """End all sessions of a user, also one whose cookie was copied."""
    session.exec(
        update(ConsoleUser).where(col(ConsoleUser.id) == user_id).values(sessions_since=now)
    )


def user_of(session: Session, user_id: UUID, signed_in_at: datetime) -> ConsoleUser | None:
    """Return the user of a session, None where they are gone or have signed out since."""
    return session.exec(
        select(ConsoleUser).where(
            ConsoleUser.id == user_id, col(ConsoleUser.sessions_since) <= signed_in_at
        )
    ).one_or_none()
