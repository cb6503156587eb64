"""Which keys open a door, kept in memory: so that no request waits for the table of keys.

They are kept on disk as well, as hashes, for a receiver that starts while its database is away.
"""

import json
import logging
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.admitting.admission import part_for_receivers
from models.database import DatabaseAwayError, DatabaseRefusedError, bounded_engine, reading
from models.identity import utc_now
from models.settings import settings
from models.source import WebhookKey, WebhookSource, hash_of

READ_EVERY_SECONDS = 2.0
"""How old the keys get before they are read again, while requests go on."""
GOOD_FOR_SECONDS = 2 * READ_EVERY_SECONDS
"""How old they may be for a request that does not wait for them to be read again: a key that was
removed opens its door for no longer, unless the database is away."""

HASHES = 1024

log = logging.getLogger(__name__)
hash_of_key = lru_cache(HASHES)(hash_of)  # a request asks twice, and most come by a few keys


@dataclass(frozen=True)
class Door:
    """What a key opens, and what must be known of its source to let a request in."""

    key_id: UUID
    source: str
    ends_at: datetime | None = None
    """From when on the key opens nothing."""
    active: bool = True
    requests_per_second: float | None = None
    admission: str = ""
    """As `models.admitting.admission` reads it."""

    def is_open(self, now: datetime) -> bool:
        """Say whether the key is still good."""
        return self.ends_at is None or now < self.ends_at


class Keys:
    """The keys of all sources, by their hash."""

    def __init__(self) -> None:
        self._seconds = settings().store_timeout_seconds
        self._file = settings().resolved_spool_path() / "keys.json"
        self._reading = Lock()
        self._read_at = self._began_at = float("-inf")
        self._doors = _kept(self._file)

    def knows(self, api_key: str) -> bool:
        """Say whether what a key opens can be told without waiting for the database."""
        self._read_again_where_old()
        return self._age() < GOOD_FOR_SECONDS and hash_of_key(api_key) in self._doors

    def door(self, api_key: str) -> Door | None:
        """Return what a key opens, None where it opens nothing.

        Raises:
            DatabaseAwayError: the key is not known here, and the database cannot be asked.
            DatabaseRefusedError: likewise, and its tables are not there.
        """
        self._read_again_where_old()
        if self._age() >= GOOD_FOR_SECONDS:
            self._wait_until_read()
        sha256 = hash_of_key(api_key)
        if found := self._doors.get(sha256):
            return found if found.is_open(utc_now()) else None
        with reading(bounded_engine(self._seconds)) as session:  # it may have been made just now
            made = _doors(session, sha256)
        self._remember(self._doors | made)
        found = made.get(sha256)
        return found if found and found.is_open(utc_now()) else None

    def knows_any(self) -> bool:
        """Say whether any door could be opened without asking the database."""
        return bool(self._doors)

    def _age(self) -> float:
        return monotonic() - self._read_at

    def _read_again_where_old(self) -> None:
        """Start to read the keys again, unless they are new or somebody is reading them."""
        if self._age() >= READ_EVERY_SECONDS and self._reading.acquire(blocking=False):
            self._began_at = monotonic()
            Thread(target=self._read_all, name="keys", daemon=True).start()

    def _wait_until_read(self) -> None:
        """Wait for whoever reads the keys; where the database hangs, no longer than if it is away.

        It may be another request that began to, so that all that come meanwhile wait for the same.
        """
        left = self._began_at + 2 * self._seconds - monotonic()
        if left > 0 and self._reading.acquire(timeout=left):
            self._reading.release()

    def _read_all(self) -> None:
        try:
            with reading(bounded_engine(self._seconds)) as session:
                self._remember(_doors(session))
        except (DatabaseAwayError, DatabaseRefusedError) as error:
            log.warning("the keys stay as they were read last: %s", error)
        except Exception as error:  # asked for again by the request, which says so
            log.error("the keys cannot be read: %s", type(error).__name__)
        finally:
            self._read_at = monotonic()
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
    query = select(WebhookKey, WebhookSource).join(
        WebhookSource, col(WebhookKey.webhook_source_id) == col(WebhookSource.id)
    )
    if sha256:
        query = query.where(WebhookKey.sha256 == sha256)
    return {key.sha256: _door(key, source) for key, source in session.exec(query)}


def _door(key: WebhookKey, source: WebhookSource) -> Door:
    return Door(
        key_id=key.id,
        source=source.name,
        ends_at=key.ends_at,
        active=source.active,
        requests_per_second=source.requests_per_second,
        admission=part_for_receivers(source.definition),
    )


def _keep(file: Path, doors: dict[str, Door]) -> None:
    """Keep the hashes beside the spool, for a receiver that starts while the database is away.

    Secrets by which signatures are checked are among them: the file is for its owner alone.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_suffix(f".{os.getpid()}.new")
    new.touch(mode=0o600)
    new.chmod(0o600)  # one that a process of the same id left behind may be another's to read
    kept = {sha256: asdict(door) for sha256, door in doors.items()}
    new.write_text(json.dumps(kept, default=str))
    new.replace(file)


def _kept(file: Path) -> dict[str, Door]:
    try:
        kept = json.loads(file.read_text())
        return {sha256: _kept_door(**door) for sha256, door in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # never written, or spoiled by the disk: the database knows them


def _kept_door(key_id: str, ends_at: str | None, **rest: Any) -> Door:
    ends = datetime.fromisoformat(ends_at) if ends_at else None
    return Door(key_id=UUID(key_id), ends_at=ends, **rest)
