"""The schema's history, and the way up to today's: `upgrade`.

Each package that brings entities keeps a history of its own, in its folder `migrations`. All run
side by side: ours never changes because of theirs.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

from models.database import engine, reading
from models.entities import entities
from models.extending.discovery import Refusal
from models.migrations.histories import folders

# Any number, as long as it is always this one: two that start at once migrate one after the other.
MIGRATION_LOCK = 7_411_209_530


class MigrationError(Exception):
    """The schema cannot be brought up to date; the text says why, and what to do."""


def upgrade() -> None:
    """Bring the database up to today's schema; does nothing where it is.

    Raises:
        DatabaseAwayError: the database could not be reached.
        MigrationError: the database has a revision that no file here brings.
    """
    with reading():  # a server that is not there is said so in words
        pass
    with engine().begin() as connection:  # on SQLite this alone keeps others off
        lock(connection)
        try:
            command.upgrade(config(connection), "heads")
        except CommandError as error:
            raise MigrationError(
                f"{error}. The database was migrated by a package that is not installed here, or "
                "whose migrations are left out. Install it, or mend it."
            ) from None


def lock(connection: Connection) -> None:
    """Keep other processes from migrating until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))


def config(connection: Connection, owners_folder: Path | None = None) -> Config:
    """Return Alembic's configuration for a connection that is open.

    Args:
        connection: it is in a transaction.
        owners_folder: where the first revision of an owner is about to be written.
    """
    folder = Path(__file__).parent
    locations = dict.fromkeys([folder / "versions", *folders().values()])
    if owners_folder:
        locations[owners_folder] = None
    made = Config()
    made.set_main_option("script_location", _escaped(folder))
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", "\n".join(map(_escaped, locations)))
    made.attributes["connection"] = connection
    return made


def _escaped(folder: Path) -> str:
    return str(folder).replace("%", "%%")


def entities_without_table() -> list[Refusal]:
    """Return the entities whose table no migration has made yet, each with what to do."""
    with engine().connect() as connection:
        there = set(inspect(connection).get_table_names())
    return [
        Refusal(
            entity.__module__,
            None,
            f"{code} has no table yet.",
            "Write its migration with `hookline migrate --new` and run it with `hookline migrate`.",
        )
        for code, entity in entities().items()
        if str(entity.__tablename__) not in there
    ]
