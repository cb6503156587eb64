"""The spool: where the receiver keeps webhooks on its own disk while the database is away.

A spool is a folder of segments, files to which one process appends webhooks, one a line, and which
are on disk before the sender hears 200. A segment is delivered as a whole: its webhooks are put
into the table by their ids, those that are there already are left alone, and only then the file
goes. So a delivery that is killed anywhere is simply made again.
"""

import base64
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO
from uuid import UUID

from models.admitting.repeats import EVENT_ENDS_AT
from models.identity import moment_of_id, new_id

SEGMENT_BYTES = 8 * 1024 * 1024
"""A segment that has grown to this is closed, and can be delivered."""

OVERDUE_AFTER = timedelta(hours=72)
"""What is still in the spool after this is told to people: it is the description's last attempt."""


class SpoolFullError(Exception):
    """The spool has reached its bound, or its disk is full. Nothing was kept."""


class Spool:
    """One process's way to write to the spool; every process has a segment of its own."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._segment: BinaryIO | None = None
        self._using = Lock()

    def append(self, webhooks: list[dict[str, Any]]) -> None:
        """Write webhooks, and return once they are on disk.

        Raises:
            SpoolFullError: there is no room; none of them was kept.
        """
        lines = b"".join(_line(webhook) for webhook in webhooks)
        try:
            with self._using:
                if size_of(self.folder) + len(lines) > self.most_bytes:
                    raise SpoolFullError(f"The spool may hold {self.most_bytes} bytes.")
                self._write(lines)
        except OSError as error:
            raise SpoolFullError(f"The spool's disk does not take it: {error.strerror}.") from None

    def _write(self, lines: bytes) -> None:
        segment = self._segment or self._open_segment()
        before = segment.tell()
        try:
            _write_all(segment, lines)
            os.fsync(segment.fileno())
        except OSError:
            # Half a line would spoil the next one. After a failed fsync nothing is certain of the
            # file, so that it is closed, and what it held before is delivered.
            with suppress(OSError):
                segment.truncate(before)
            self._close()
            raise
        if segment.tell() >= SEGMENT_BYTES:
            self._close()

    def _open_segment(self) -> BinaryIO:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self.folder / f"{new_id()}.segment"
        segment = file.open("xb", buffering=0)
        fcntl.flock(segment, fcntl.LOCK_EX)  # until it is closed, by us or with our process
        _fsync_folder(self.folder)
        self._segment = segment
        return segment

    def close_segment(self) -> None:
        """Close the segment that is written to, so that it can be delivered."""
        with self._using:
            self._close()

    def _close(self) -> None:
        if self._segment is not None:
            self._segment.close()
            self._segment = None


def segments(folder: Path) -> list[Path]:
    """Return the segments of a spool, the oldest first."""
    return sorted(folder.glob("*.segment")) if folder.is_dir() else []


def size_of(folder: Path) -> int:
    """Return how many bytes a spool holds."""
    sizes = 0
    for segment in segments(folder):
        with suppress(FileNotFoundError):  # delivered in between
            sizes += segment.stat().st_size
    return sizes


@contextmanager
def taken(segment: Path) -> Iterator[list[dict[str, Any]] | None]:
    """Take a segment for delivery, and yield its webhooks; None where another process has it.

    The segment is removed at the end of the block, unless that raised. A last line without its end
    is one whose sender never heard 200.
    """
    try:
        file = segment.open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        if not segment.exists():  # delivered while we opened it
            yield None
            return
        webhooks, damaged = _read(file)
        yield webhooks
        if damaged:
            _keep_damaged(segment, damaged)
        segment.unlink()


def _read(file: BinaryIO) -> tuple[list[dict[str, Any]], list[bytes]]:
    webhooks, damaged = [], []
    for line in file:
        if not line.endswith(b"\n"):
            break
        try:
            webhooks.append(_webhook(line))
        except (ValueError, KeyError, TypeError):
            damaged.append(line)
    return webhooks, damaged


def _keep_damaged(segment: Path, lines: list[bytes]) -> None:
    """Keep lines that the disk has spoiled beside the spool, for a person to look at."""
    with segment.with_suffix(".damaged").open("wb") as file:
        file.writelines(lines)
        os.fsync(file.fileno())


def oldest_since(folder: Path) -> datetime | None:
    """Return when the oldest segment was begun, None where the spool is empty."""
    oldest = next(iter(segments(folder)), None)
    return moment_of_id(UUID(oldest.stem)) if oldest else None


def _line(webhook: dict[str, Any]) -> bytes:
    kept = webhook | {
        "id": str(webhook["id"]),
        "api_key": str(webhook["api_key"]),
        "received_at": webhook["received_at"].isoformat(),
        "request_body": base64.b64encode(webhook["request_body"]).decode(),
    }
    if EVENT_ENDS_AT in kept:
        kept[EVENT_ENDS_AT] = kept[EVENT_ENDS_AT].isoformat()
    return json.dumps(kept).encode() + b"\n"


def _webhook(line: bytes) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(line)
    if EVENT_ENDS_AT in kept:
        kept[EVENT_ENDS_AT] = datetime.fromisoformat(kept[EVENT_ENDS_AT])
    return kept | {
        "id": UUID(kept["id"]),
        "api_key": UUID(kept["api_key"]),
        "received_at": datetime.fromisoformat(kept["received_at"]),
        "request_body": base64.b64decode(kept["request_body"]),
    }


def _write_all(file: BinaryIO, octets: bytes) -> None:
    """Write all octets; a disk that fills up takes some of them before it refuses."""
    rest = memoryview(octets)
    while rest:
        rest = rest[file.write(rest) :]


def _fsync_folder(folder: Path) -> None:
    """Have the folder's own entry for a new file reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
