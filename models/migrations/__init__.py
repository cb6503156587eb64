"""The schema's history, and the way up to today's: `upgrade`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from models.database import engine, reading

# Any number, as long as it is always this one: two that start at once migrate one after the other.
MIGRATION_LOCK = 7_411_209_530


def upgrade() -> None:
    """Bring the database up to today's schema; does nothing where it is.

    Raises:
        DatabaseAwayError: the database could not be reached.
    """
    with reading():  # a server that is not there is said so in words
        pass
    with engine().begin() as connection:  # on SQLite this alone keeps others off
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        command.upgrade(config(connection), "head")


def config(connection: Connection) -> Config:
    """Return Alembic's configuration for a connection that is open."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["connection"] = connection
    return made
