"""Reads files and folders of webhooks, for one source at one moment; each gets an id of its own."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid5

from pydantic import ValidationError

from models.importing.line import Line, in_words
from models.webhook import Status

NAMESPACE = UUID("5d3f4a5e-6e0c-4f0b-9c55-1c9a1a4b7d10")

NO_KEY = UUID(int=0)
"""What stands for the key of a webhook that came with none."""


@dataclass(frozen=True)
class Item:
    """One thing that was read: a row to store, or what is wrong with it."""

    place: str
    octets: int
    """How much of the whole it is."""
    row: dict[str, Any] | None = None
    problem: str = ""


class Door:
    """Reads what is to come in for one source, at one moment."""

    def __init__(self, source: str, now: datetime, most_octets: int) -> None:
        self.source, self.now, self.most_octets = source, now, most_octets
        self.seen: Counter[bytes] = Counter()
        self.good = 0

    def lines_of(self, path: Path) -> Iterator[Item]:
        """Read a file of newline-delimited JSON."""
        with path.open("rb") as file:
            yield from self.lines(file)

    def lines(self, file: BinaryIO) -> Iterator[Item]:
        """Read newline-delimited JSON; a line that is bad is told, and keeps no other out."""
        longest = 4 * self.most_octets  # of a body of the largest size, escaped, with its headers
        number = 0
        while line := file.readline(longest + 1):
            number += 1
            octets = len(line)
            while len(line) > longest and not line.endswith(b"\n"):
                line = file.readline(longest + 1) or b"\n"
                octets += len(line)
            if octets > longest:
                yield Item(f"line {number}", octets, problem="the line is too long: leave it out")
            elif line.strip():
                yield self._item(f"line {number}", octets, line.strip())
            else:
                yield Item(f"line {number}", octets)

    def files(self, folder: Path, content_type: str) -> Iterator[Item]:
        """Read a folder of raw bodies; each was received when its file was last changed."""
        for file in files_of(folder):
            place, size = str(file.relative_to(folder)), file.stat().st_size
            if size > self.most_octets:
                yield Item(place, size, problem=self._too_large())
                continue
            changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            line = Line(content_type=content_type, received_at=min(changed, self.now))
            body = file.read_bytes()
            row = self._row(self._id(place.encode() + b"\0" + body), line, body)
            yield Item(place, size, row)

    def _item(self, place: str, octets: int, text: bytes) -> Item:
        row_id = self._id(text)  # counted whether it is good or not
        try:
            line = Line.model_validate_json(text)
            body = line.octets()
        except ValidationError as error:
            return Item(place, octets, problem=in_words(error))
        except ValueError as error:
            return Item(place, octets, problem=str(error))
        if len(body) > self.most_octets:
            return Item(place, octets, problem=self._too_large())
        if line.received_at and line.received_at > self.now:
            return Item(place, octets, problem="received_at is in the future: correct it")
        return Item(place, octets, self._row(row_id, line, body))

    def _too_large(self) -> str:
        return (
            f"the body is larger than {self.most_octets} bytes: leave it out, or raise "
            "HOOKLINE_MAX_BODY_BYTES"
        )

    def _id(self, content: bytes) -> UUID:
        digest = hashlib.sha256(content).digest()[:16]
        self.seen[digest] += 1
        return uuid5(NAMESPACE, f"{self.source}/{digest.hex()}/{self.seen[digest]}")

    def _row(self, row_id: UUID, line: Line, body: bytes) -> dict[str, Any]:
        self.good += 1
        return {
            "id": row_id,
            "received_at": (line.received_at or self.now).astimezone(UTC),
            "request_body": body,
            "query_parameters": line.query,
            "headers": json.dumps(line.pairs()),
            "content_type": line.type_of_content(),
            "webhook_source": self.source,
            "source_url": line.source_url,
            "api_key": NO_KEY,
            "status": Status.NEW,
            "status_since": self.now,
            "attempts": 0,
            "error_count": 0,
        }


def size_of(path: Path) -> int:
    """Return how many bytes there are to read in a file or a folder."""
    return sum(file.stat().st_size for file in (files_of(path) if path.is_dir() else [path]))


def files_of(folder: Path) -> list[Path]:
    """Return the files of a folder and its folders in a fixed order; hidden ones are left out."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )
