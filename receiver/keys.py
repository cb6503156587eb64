"""Which keys open a door, kept in memory: so that no request waits for the table of keys.

They are kept on disk as well, as hashes, for a receiver that starts while its database is away.
"""

import json
import logging
import os
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from uuid import UUID

from sqlmodel import Session, col, select

from models.database import DatabaseAwayError, DatabaseRefusedError, bounded_engine, reading
from models.settings import settings
from models.source import WebhookKey, WebhookSource, hash_of

READ_EVERY_SECONDS = 2.0
"""A key that was removed opens its door for about this long, unless the database is away."""

Door = tuple[UUID, str]
"""The id of a key, and the name of its source."""

log = logging.getLogger(__name__)


class Keys:
    """The keys of all sources, by their hash."""

    def __init__(self) -> None:
        self._seconds = settings().store_timeout_seconds
        self._file = settings().resolved_spool_path() / "keys.json"
        self._reading = Lock()
        self._read_at = 0.0
        self._doors = _kept(self._file)

    def door(self, api_key: str) -> Door | None:
        """Return what a key opens, None where it opens nothing.

        Raises:
            DatabaseAwayError: the key is not known here, and the database cannot be asked.
            DatabaseRefusedError: likewise, and its tables are not there.
        """
        if monotonic() >= self._read_at and self._reading.acquire(blocking=False):
            # A database that hangs is waited for no longer than one that is away.
            reader = Thread(target=self._read_all, name="keys", daemon=True)
            reader.start()
            reader.join(2 * self._seconds)
        sha256 = hash_of(api_key)
        if found := self._doors.get(sha256):
            return found
        with reading(bounded_engine(self._seconds)) as session:  # it may have been made just now
            made = _doors(session, sha256)
        self._remember(self._doors | made)
        return made.get(sha256)

    def knows_any(self) -> bool:
        """Say whether any door could be opened without asking the database."""
        return bool(self._doors)

    def _read_all(self) -> None:
        try:
            with reading(bounded_engine(self._seconds)) as session:
                self._remember(_doors(session))
        except (DatabaseAwayError, DatabaseRefusedError) as error:
            log.warning("the keys stay as they were read last: %s", error)
        except Exception as error:  # asked for again by the request, which says so
            log.error("the keys cannot be read: %s", type(error).__name__)
        finally:
            self._read_at = monotonic() + READ_EVERY_SECONDS
            self._reading.release()

    def _remember(self, doors: dict[str, Door]) -> None:
        if doors == self._doors:
            return
        self._doors = doors
        try:
            _keep(self._file, doors)
        except OSError as error:
            log.error("the keys cannot be kept in the spool's folder: %s", error.strerror)


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
        return {sha256: (UUID(key), name) for sha256, (key, name) in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # never written, or spoiled by the disk: the database knows them
