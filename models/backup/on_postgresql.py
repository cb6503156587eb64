"""Backup and restore of PostgreSQL, by its own pg_dump and pg_restore."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url

from models.backup.manifest import BackupError
from models.database import reading, transaction
from models.settings import settings

FILE = "hookline.dump"

TRIGGER_FUNCTIONS = """
SELECT proname FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype
"""


def write(folder: Path) -> tuple[str, dict[str, int]]:
    """Dump the database into a folder, and return the schema's revisions and the rows by table.

    The dump and the counts see one snapshot, whatever is written meanwhile.
    """
    with reading() as session:
        connection = session.connection()
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        _run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={folder / FILE}",
        )
        # One for our history of migrations, and one for each package that has its own.
        revisions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        return ", ".join(sorted(revisions)), counts(connection)


def restore(folder: Path) -> dict[str, int]:
    """Bring the database back, and return the rows by table.

    The archive is read to its end before anything is dropped. The tables come back in one
    transaction: a restore that is killed leaves an empty database and can be run again.
    """
    _run("pg_restore", f"--file={os.devnull}", str(folder / FILE), database=False)
    with transaction() as session:
        connection = session.connection()
        for name in inspect(connection).get_table_names():
            connection.execute(text(f'DROP TABLE "{name}" CASCADE'))
        for name in connection.execute(text(TRIGGER_FUNCTIONS)).scalars():  # these outlive tables
            connection.execute(text(f'DROP FUNCTION "{name}"()'))
    _run(
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        str(folder / FILE),
    )
    with reading() as session:
        return counts(session.connection())


def counts(connection: Connection) -> dict[str, int]:
    """Count the rows of every table."""
    return {
        name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
        for name in sorted(inspect(connection).get_table_names())
    }


def _run(program: str, *arguments: str, database: bool = True) -> None:
    """Run one of PostgreSQL's programs; the password reaches it by its environment alone."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(
            f"{program} is not on the PATH. It comes with PostgreSQL's client programs (package "
            "postgresql-client), in the version of the server or a later one."
        )
    url = make_url(settings().resolved_database_url())
    named: dict[str, Any] = url.translate_connect_args(username="user", database="dbname")
    password = named.pop("password", None)
    named |= {name: str(value) for name, value in url.query.items()}
    where = [f"--dbname={make_conninfo('', **named)}"] if database else []
    ended = subprocess.run(  # noqa: S603  our own words
        [found, *where, *arguments],
        env={**os.environ, **({"PGPASSWORD": password} if password else {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:] or ["it did not say why"]
        raise BackupError(f"{program} failed: {last[0]}")
