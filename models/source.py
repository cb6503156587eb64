"""Webhook sources and their keys: who may post, and how what they send is to be read."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack
from uuid import UUID

import pycountry
from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, col, select

from models.identity import new_id, utc_now


class WebhookSource(SQLModel, table=True):
    """A service that we gave a webhook URL to, and how what it sends is to be read."""

    __tablename__ = "webhook_source"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=100, unique=True)
    active: bool = True
    """Whether its webhooks are taken; one that is off is told to come back later."""
    default_entity: str | None = Field(default=None, max_length=100)
    """What its webhooks make where they name no entity themselves."""
    requests_per_second: float | None = None
    """How many it may send in the long run; beyond it 429. Without it, any number."""
    definition: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    """Its signature, event id, mapping and more, as `models.configuring` reads it."""
    day_first: bool = False
    """Whether 03/04/2026 is the 3rd of April."""
    decimal_comma: bool = False
    """Whether 1.234,50 is written for 1234.5."""
    contact_profile: str | None = Field(default=None, max_length=50)
    """How its people are compared; without one as the settings say."""
    region: str | None = Field(default=None, max_length=2)
    """Where its phone numbers without a country code are from, ISO 3166."""
    searches_contacts: bool = True
    """Whether a contact that it posts is searched for before one is made."""
    silent_after_seconds: int | None = None
    """How long it may be silent before someone is told; without it, for ever."""
    last_received_at: datetime | None = None
    """When its newest webhook came, as far as was noted by the flow notify."""
    created_at: datetime = Field(default_factory=utc_now)


class WebhookKey(SQLModel, table=True):
    """A key of a source: only its SHA-256 is kept, so that a stolen table opens no door.

    A key is 256 random bits, which is why a fast hash without salt is enough.
    """

    __tablename__ = "webhook_key"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    webhook_source_id: UUID = Field(foreign_key="webhook_source.id", ondelete="CASCADE", index=True)
    sha256: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(default_factory=utc_now)
    ends_at: datetime | None = None
    """From when on it opens nothing. Two live at once while one replaces the other."""


class Ways(TypedDict, total=False):
    """How what a source sends is read: see the columns of the same names."""

    day_first: bool
    decimal_comma: bool
    contact_profile: str | None
    region: str | None
    searches_contacts: bool


class SourceError(Exception):
    """A source cannot be made or found; the text says why, for the person who asked."""


def add_source(session: Session, name: str, **ways: Unpack[Ways]) -> str:
    """Make a source and its first key, and return the key, which is not kept.

    Raises:
        SourceError: the name is empty, too long, or taken, or a way is none.
    """
    name = name.strip()
    if not 0 < len(name) <= 100:
        raise SourceError("A source needs a name of 1 to 100 characters.")
    if find_source(session, name):
        raise SourceError(
            f'There is a source "{name}" already. Choose another name, or give it a new key with '
            f'`hookline source key "{name}"`.'
        )
    source = WebhookSource(name=name, **_checked(ways))
    session.add(source)
    session.flush()
    return _add_key(session, source)


def set_ways(session: Session, name: str, **ways: Unpack[Ways]) -> None:
    """Change how what a source sends is read; what is not named stays.

    Raises:
        SourceError: there is no such source, or a way is none.
    """
    source = get_source(session, name)
    source.sqlmodel_update(dict(_checked(ways)))
    session.add(source)


def _checked(ways: Ways) -> Ways:
    region = ways.get("region")
    if region and not pycountry.countries.get(alpha_2=region):
        raise SourceError(
            f'"{region}" is no region. Use the two letters of ISO 3166, such as US or DE.'
        )
    return ways


def replace_keys(session: Session, name: str, keep_until: datetime | None = None) -> str:
    """Give a source a new key, end its earlier ones, and return the new one.

    Args:
        session: an open transaction.
        name: that of the source.
        keep_until: how long the newest of the earlier ones stays good beside the new one; without
            it, all end at once.

    Raises:
        SourceError: there is no such source.
    """
    source = get_source(session, name)
    earlier = sorted(_keys_of(session, source), key=lambda key: key.created_at)
    if keep_until and earlier:
        kept = earlier.pop()
        kept.ends_at = min(kept.ends_at or keep_until, keep_until)
    for key in earlier:
        session.delete(key)
    return _add_key(session, source)


def set_active(session: Session, name: str, active: bool) -> None:
    """Switch a source on or off. Senders to one that is off are asked to come back.

    Raises:
        SourceError: there is no such source.
    """
    source = get_source(session, name)
    source.active = active


def remove_source(session: Session, name: str) -> bool:
    """Remove a source with its keys; say whether there was one. Its webhooks stay."""
    source = find_source(session, name)
    if source is None:
        return False
    for key in _keys_of(session, source):
        session.delete(key)
    session.flush()
    session.delete(source)
    return True


def set_silent_after(session: Session, name: str, silent_after: timedelta | None) -> None:
    """Set how long a source may be silent before someone is told; None ends the watch.

    Raises:
        SourceError: there is no such source.
    """
    source = get_source(session, name)
    source.silent_after_seconds = int(silent_after.total_seconds()) if silent_after else None


def find_source(session: Session, name: str) -> WebhookSource | None:
    """Find a source by its name."""
    return session.exec(select(WebhookSource).where(WebhookSource.name == name)).one_or_none()


def get_source(session: Session, name: str) -> WebhookSource:
    """Return a source by its name.

    Raises:
        SourceError: there is none.
    """
    source = find_source(session, name)
    if source is None:
        raise SourceError(f'There is no source "{name}". `hookline source list` shows all.')
    return source


def find_key(session: Session, api_key: str) -> tuple[WebhookKey, WebhookSource] | None:
    """Find the key that a sender used, unless it has ended, and its source."""
    found = session.exec(
        select(WebhookKey, WebhookSource)
        .join(WebhookSource, WebhookKey.webhook_source_id == WebhookSource.id)  # type: ignore[arg-type]
        .where(WebhookKey.sha256 == hash_of(api_key))
    ).one_or_none()
    if found and found[0].ends_at and found[0].ends_at <= utc_now():
        return None
    return found


def hash_of(api_key: str) -> str:
    """Return the SHA-256 of a key, as it is stored."""
    return hashlib.sha256(api_key.encode()).hexdigest()


def keys_beside_the_newest(session: Session, now: datetime) -> dict[UUID, list[datetime]]:
    """Return, by the id of a source, until when keys that were replaced are still good."""
    ends: defaultdict[UUID, list[datetime]] = defaultdict(list)
    for key in session.exec(select(WebhookKey).order_by(col(WebhookKey.created_at))):
        if key.ends_at and key.ends_at > now:
            ends[key.webhook_source_id].append(key.ends_at)
    return ends


def _keys_of(session: Session, source: WebhookSource) -> Sequence[WebhookKey]:
    return session.exec(select(WebhookKey).where(WebhookKey.webhook_source_id == source.id)).all()


def _add_key(session: Session, source: WebhookSource) -> str:
    api_key = secrets.token_urlsafe(32)
    session.add(WebhookKey(webhook_source_id=source.id, sha256=hash_of(api_key)))
    return api_key
