"""Which keys open a door, kept in memory: so that no request waits for the table of keys.

They are kept on disk as well, as hashes, for a receiver that starts while its database is away.
"""

import json
import logging
import os
from pathlib import Path
from threading import Lock
from time import monotonic
from uuid import UUID

from sqlmodel import Session, col, select

from models.database import DatabaseAwayError, bounded_engine, reading
from models.settings import settings
from models.source import WebhookKey, WebhookSource, hash_of

READ_EVERY_SECONDS = 2.0
"""A key that was removed opens its door for this long at the most."""

Door = tuple[UUID, str]
"""The id of a key, and the name of its source."""

log = logging.getLogger(__name__)


class Keys:
    """The keys of all sources, by their hash."""

    def __init__(self) -> None:
        self._engine = bounded_engine(settings().store_timeout_seconds)
        self._file = settings().resolved_spool_path() / "keys.json"
        self._reading = Lock()
        self._read_at = 0.0
        self._doors: dict[str, Door] = {}

    def door(self, api_key: str) -> Door | None:
        """Return what a key opens, None where it opens nothing.

        Raises:
            DatabaseAwayError: the key is not known here, and the database cannot be asked.
        """
        if monotonic() >= self._read_at and self._reading.acquire(blocking=False):
            try:
                self._read_all()
            finally:
                self._reading.release()
        sha256 = hash_of(api_key)
        if found := self._doors.get(sha256):
            return found
        with reading(self._engine) as session:  # it may be a minute old or less
            return _doors(session, sha256).get(sha256)

    def _read_all(self) -> None:
        try:
            with reading(self._engine) as session:
                doors = _doors(session)
        except DatabaseAwayError as error:
            log.warning("the keys stay as they were read last: %s", error)
            doors = self._doors or _kept(self._file)
        if doors != self._doors:
            self._doors = doors
            _keep(self._file, doors)
        self._read_at = monotonic() + READ_EVERY_SECONDS


def _doors(session: Session, sha256: str | None = None) -> dict[str, Door]:
    query = select(WebhookKey.sha256, WebhookKey.id, WebhookSource.name).join(
        WebhookSource, col(WebhookKey.webhook_source_id) == col(WebhookSource.id)
    )
    if sha256:
        query = query.where(WebhookKey.sha256 == sha256)
    return {sha256: (key_id, source) for sha256, key_id, source in session.exec(query)}


def _keep(file: Path, doors: dict[str, Door]) -> None:
    """Keep the hashes beside the spool, for a receiver that starts while the database is away."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_suffix(f".{os.getpid()}.new")
    new.touch(mode=0o600)
    new.write_text(json.dumps({sha256: [str(key), name] for sha256, (key, name) in doors.items()}))
    new.replace(file)


def _kept(file: Path) -> dict[str, Door]:
    try:
        kept = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return {sha256: (UUID(key), name) for sha256, (key, name) in kept.items()}
