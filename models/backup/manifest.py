"""The manifest: what a backup holds, so that a restore can tell a whole one from a broken one."""

import hashlib
import os
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

MANIFEST = "manifest.json"

Kind = Literal["sqlite", "postgresql"]


class BackupError(Exception):
    """A backup cannot be written or brought back; the text says why and what to do."""


class Manifest(BaseModel):
    """What a backup holds."""

    hookline: str
    """The version that wrote it."""
    written_at: datetime
    database: Kind
    schema_revision: str
    counts: dict[str, int]
    """Rows, by table."""
    sha256: dict[str, str]
    """Of each file, by its name."""


def write_manifest(
    folder: Path, now: datetime, database: Kind, revision: str, counts: dict[str, int]
) -> Manifest:
    """Write the manifest of the files in a folder, and have all of it on disk."""
    files = [file for file in sorted(folder.iterdir()) if file.is_file()]
    manifest = Manifest(
        hookline=version("hookline"),
        written_at=now,
        database=database,
        schema_revision=revision,
        counts=counts,
        sha256={file.name: sha256_of(file) for file in files},
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")
    for path in (*files, folder / MANIFEST, folder):
        sync(path)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a backup, and compare the files with it.

    Raises:
        BackupError: the folder is no whole backup, or a file has changed since.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_text())
    except (OSError, ValidationError):
        raise BackupError(
            f"{folder} is no whole backup: its {MANIFEST} is missing or cannot be read."
        ) from None
    for name, expected in manifest.sha256.items():
        if not (folder / name).is_file() or sha256_of(folder / name) != expected:
            raise BackupError(f"{folder / name} is not as it was written. Take another backup.")
    return manifest


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have a file or a folder on disk, so that a loss of power leaves no half of it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
