"""Backup and restore of SQLite, by its own online backup: writers go on meanwhile."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from models.backup.manifest import BackupError
from models.settings import settings

FILE = "hookline.db"


def _live_file() -> str:
    database = make_url(settings().resolved_database_url()).database
    if not database or database == ":memory:":
        raise BackupError("The database is in memory alone: there is nothing to back up.")
    return database


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        raise BackupError(f"SQLite refused: {error} ({name}).") from None


@_in_words()
def write(folder: Path) -> tuple[str, dict[str, int]]:
    """Copy the database into a folder, and return the schema's revision and the rows by table.

    All pages are copied in one step, in one read transaction: step by step, each commit of a
    writer would have it begin anew. In WAL mode readers hold no writer up.
    """
    if not Path(file := _live_file()).exists():
        raise BackupError(f"There is no database at {file}.")
    with (
        closing(sqlite3.connect(file, timeout=settings().database_timeout_seconds)) as live,
        closing(sqlite3.connect(folder / FILE)) as copy,
    ):
        live.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file
        if (said := copy.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise BackupError(f"The copy is not sound, and so may the database be: {said}")
        return _revision(copy), _counts(copy)


@_in_words()
def restore(folder: Path) -> dict[str, int]:
    """Bring the database back, all or nothing, and return the rows by table.

    SQLite's own backup, the other way: it is one transaction of the database's file, so that a
    restore that is killed leaves what was there.
    """
    file = Path(_live_file())
    file.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(folder / FILE)) as copy,
        closing(sqlite3.connect(file, timeout=settings().database_timeout_seconds)) as live,
    ):
        copy.backup(live, pages=-1)
        return _counts(live)


def _revision(connection: sqlite3.Connection) -> str:
    """Return the revisions: ours, and that of each package with a history of its own."""
    found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return ", ".join(sorted(revision for (revision,) in found))


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name"
    ).fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for (name,) in tables
    }
