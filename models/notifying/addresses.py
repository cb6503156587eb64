"""The notifications that users set: add, find, remove, and show without their secret."""

import logging
from collections.abc import Collection

import apprise
from sqlmodel import Session, select

from models.notifying.tables import Notification, Topic
from models.source import find_source

# What apprise logs of an address that it cannot read is the address.
logging.getLogger("apprise").disabled = True


class NotificationError(Exception):
    """A notification cannot be made or found; the text says why, and holds no address."""


def add_notification(
    session: Session,
    name: str,
    address: str,
    topics: Collection[Topic],
    webhook_source: str | None = None,
    with_data: bool = False,
) -> Notification:
    """Keep an address with what it is to be told; what happened before is not told.

    Raises:
        NotificationError: name, address, topics or source are not what they should be.
    """
    name = name.strip()
    if not 0 < len(name) <= 100:
        raise NotificationError("A notification needs a name of 1 to 100 characters.")
    if _find(session, name):
        raise NotificationError(f'There is a notification "{name}" already: remove it first.')
    if not topics:
        raise NotificationError(f"Say what to tell of: {', '.join(Topic)}.")
    if webhook_source is not None and find_source(session, webhook_source) is None:
        raise NotificationError(
            f'There is no source "{webhook_source}". `hookline source list` shows all.'
        )
    _check(address)
    made = Notification(
        name=name, address=address, webhook_source=webhook_source, with_data=with_data
    )
    for topic in topics:
        setattr(made, topic.replace("-", "_"), True)
    session.add(made)
    return made


def _check(address: str) -> None:
    # More than one address in one would be told apart by nobody when one of them is down.
    if apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
        raise NotificationError(
            "The address is none that apprise knows. It is one URL, such as "
            "mailto://user:password@example.com?to=you@example.com, slack://…, tgram://… or "
            "json://host:port/path."
        )


def find_notification(session: Session, name: str) -> Notification:
    """Find a notification by its name.

    Raises:
        NotificationError: there is none.
    """
    if (found := _find(session, name)) is None:
        raise NotificationError(
            f'There is no notification "{name}". `hookline notification list` shows all.'
        )
    return found


def masked(address: str) -> str:
    """Show an address by its scheme alone: any other part of it may be a secret."""
    return f"{address.partition('://')[0]}://***"


def described(each: Notification) -> str:
    """Describe a notification in a line, with nothing secret in it."""
    source = f", of {each.webhook_source}" if each.webhook_source else ""
    data = ", with data" if each.with_data else ""
    last = f"last sent {each.last_sent_at:%Y-%m-%d %H:%M} UTC" if each.last_sent_at else "not yet"
    if each.failing_since:
        last = f"not reached since {each.failing_since:%Y-%m-%d %H:%M} UTC"
    topics = ", ".join(each.topics())
    return f"{each.name}  {masked(each.address)}  on {topics}{source}{data}  ({last})"


def _find(session: Session, name: str) -> Notification | None:
    return session.exec(select(Notification).where(Notification.name == name)).one_or_none()
