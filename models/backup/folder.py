"""A backup as a folder: written under another name until it is whole, and brought back."""

import shutil
from datetime import datetime
from pathlib import Path
from types import ModuleType

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import inspect, literal, select, table

from models import migrations
from models.backup import on_postgresql, on_sqlite, spooled
from models.backup.manifest import BackupError, Kind, Manifest, read_manifest, sync, write_manifest
from models.database import engine, reading
from models.entities import entities

DATABASES: dict[str, ModuleType] = {"sqlite": on_sqlite, "postgresql": on_postgresql}


def write_backup(folder: Path, now: datetime) -> Manifest:
    """Write a backup while all goes on; the folder is there only once it is whole.

    Raises:
        BackupError: the folder is there already, or the database could not be written.
    """
    if folder.exists():
        raise BackupError(f"{folder} is there already. Name a folder that is not.")
    partial = folder.with_name(f"{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)  # of a backup that was killed
        partial.mkdir(mode=0o700, parents=True)  # it holds people's data
        manifest = _write_into(partial, now)
        partial.rename(folder)
        sync(folder.absolute().parent)
    except BaseException as error:
        shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise BackupError(f"The backup cannot be written: {error}.") from None
        raise
    return manifest


def _write_into(folder: Path, now: datetime) -> Manifest:
    name = _kind()
    # The spool first: what is delivered while the backup is written is then in both, and comes
    # back once. The other way round it would be in neither.
    spooled.write(folder)
    revision, counts = DATABASES[name].write(folder)
    return write_manifest(folder, now, name, revision, counts)


def _kind() -> Kind:
    return "sqlite" if engine().dialect.name == "sqlite" else "postgresql"


def restore_backup(folder: Path, force: bool = False) -> Manifest:
    """Bring a backup back into an empty database, and up to today's schema.

    Args:
        folder: the backup.
        force: replace what is in the database.

    Raises:
        BackupError: it is no whole backup, is of another kind of database or of a later version,
            or the database is in use.
    """
    manifest = read_manifest(folder)
    name = _kind()
    if manifest.database != name:
        raise BackupError(f"The backup is of {manifest.database}, and the database is {name}.")
    if not _is_known(manifest.schema_revision):
        raise BackupError(
            f"The backup was written by Hookline {manifest.hookline}, which is later than this "
            "one, or with a package of entities that is not installed here. Restore it with those."
        )
    if not force and (used := _used_tables()):
        raise BackupError(
            f"The database is not empty ({', '.join(used)}). Name another with "
            "HOOKLINE_DATABASE_URL, or replace what is in it with --force."
        )
    counts = DATABASES[name].restore(folder)
    if counts != manifest.counts:
        raise BackupError("What came back is not what the manifest says. Take another backup.")
    engine().dispose()
    migrations.upgrade()
    spooled.restore(folder)
    return manifest


def _is_known(revisions: str) -> bool:
    with engine().connect() as connection:
        script = ScriptDirectory.from_config(migrations.config(connection))
    try:
        return all(script.get_revision(each) is not None for each in revisions.split(", "))
    except CommandError:
        return False


def _used_tables() -> list[str]:
    """Name the tables in which someone has put a row; those that migrations fill do not count."""
    ours = {"webhook", "webhook_source", "webhook_record"}
    ours |= {str(entity.__tablename__) for entity in entities().values()}
    with reading() as session:
        connection = session.connection()
        return [
            name
            for name in sorted(ours & set(inspect(connection).get_table_names()))
            if connection.execute(select(literal(1)).select_from(table(name)).limit(1)).first()
        ]
