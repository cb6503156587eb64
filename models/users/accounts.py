"""Adding and changing the users of the console."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.users.passwords import hash_of
from models.users.roles import Role
from models.users.tables import ConsoleUser


class UserError(Exception):
    """A user cannot be added, found or changed; the text says why, for the person who asked."""


def add_user(session: Session, name: str, role: Role, password: str) -> ConsoleUser:
    """Add a user.

    Raises:
        UserError: the name is none, or taken.
        PasswordError: the password is too short.
    """
    name = _folded(name)
    if not re.fullmatch(r"[\w.@+-]{1,100}", name):
        raise UserError("A name is 1 to 100 letters, digits, and . _ - + @.")
    if find_user(session, name):
        raise UserError(f'There is a user "{name}" already.')
    user = ConsoleUser(name=name, role=role, password_hash=hash_of(password))
    session.add(user)
    session.flush()
    return user


def set_password(session: Session, name: str, password: str, now: datetime) -> ConsoleUser:
    """Give a user another password; it ends their sessions, and a lock.

    Raises:
        UserError: there is no such user.
        PasswordError: the password is too short.
    """
    user = get_user(session, name)
    user.password_hash, user.sessions_since = hash_of(password), now
    user.failures, user.locked_until = 0, None
    return user


def set_role(session: Session, name: str, role: Role) -> ConsoleUser:
    """Give a user another role, from their next request on.

    Raises:
        UserError: there is no such user, or nobody would be left to configure.
    """
    user = get_user(session, name)
    if role is not Role.CONFIGURE:
        _refuse_last(session, user)
    user.role = role
    return user


def remove_user(session: Session, name: str) -> ConsoleUser:
    """Remove a user; what they did stays in the audit log.

    Raises:
        UserError: there is no such user, or nobody would be left to configure.
    """
    user = get_user(session, name)
    _refuse_last(session, user)
    session.delete(user)
    return user


def users(session: Session) -> Sequence[ConsoleUser]:
    """Return all users by name."""
    return session.exec(select(ConsoleUser).order_by(ConsoleUser.name)).all()


def some_user(session: Session) -> bool:
    """Say whether there is any user: without one, there is no console."""
    return session.exec(select(ConsoleUser.id).limit(1)).first() is not None


def find_user(session: Session, name: str) -> ConsoleUser | None:
    """Find a user by name, whatever its case."""
    return session.exec(select(ConsoleUser).where(ConsoleUser.name == _folded(name))).one_or_none()


def get_user(session: Session, name: str) -> ConsoleUser:
    """Return the user of a name.

    Raises:
        UserError: there is none.
    """
    user = find_user(session, name)
    if user is None:
        raise UserError(f'There is no user "{name}". `hookline user list` shows all.')
    return user


def _folded(name: str) -> str:
    return name.strip().casefold()


def _refuse_last(session: Session, user: ConsoleUser) -> None:
    others = session.exec(
        select(func.count())
        .select_from(ConsoleUser)
        .where(ConsoleUser.role == Role.CONFIGURE, col(ConsoleUser.id) != user.id)
    ).one()
    if user.role == Role.CONFIGURE and not others:
        raise UserError(
            f'"{user.name}" is the only user who may configure. Give another one that role first.'
        )
