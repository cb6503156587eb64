"""The command `hookline`: what is not Prefect's own. What Prefect's command line does, it does."""

import os
import sys
import tempfile
from importlib.machinery import PathFinder
from pathlib import Path
from typing import NoReturn

import click

ROOMS = ("flows", "models", "receiver", "tasks")


def rooms_in_the_way(folder: Path) -> list[Path]:
    """Return what Python, started in a folder, would take for our rooms, and is not.

    Prefect starts flow runs with the current folder first on Python's path.
    """
    ours = Path(__file__).resolve().parent
    found = []
    for room in ROOMS:
        spec = PathFinder.find_spec(room, [str(folder), *sys.path])
        places = (spec.submodule_search_locations or [spec.origin or ""]) if spec else []
        found += [Path(each) for each in places if Path(each).resolve().parent != ours]
    return found


if in_the_way := rooms_in_the_way(Path.cwd()):
    sys.exit(
        f"Error: {', '.join(map(str, in_the_way))}: Python would take this for a part of Hookline. "
        "Give it another name, or start from another folder."
    )

from flows import starting
from flows.commands import backup, entity, lookup, notification, source, user, webhook
from flows.commands import starting as start
from flows.commands.mapping import source_sample, source_try
from models.backup.manifest import BackupError
from models.configuring.trial import MappingError
from models.database import DatabaseAwayError, DatabaseRefusedError
from models.looking_up.naming import LookupNameError
from models.migrations import MigrationError
from models.notifying.addresses import NotificationError
from models.processing.correcting import WebhookError
from models.scaffold import ScaffoldError
from models.settings import settings
from models.source import SourceError
from models.users.accounts import UserError
from models.users.passwords import PasswordError

IN_WORDS = (
    BackupError,
    LookupNameError,
    MappingError,
    MigrationError,
    NotificationError,
    PasswordError,
    ScaffoldError,
    SourceError,
    UserError,
    WebhookError,
)
"""Errors whose text tells a person what to do."""


@click.group(help="Webhooks in, CRM records out.")
def main() -> None:
    """Group the commands."""


@main.command()
def serve() -> NoReturn:
    """Start the receiver alone."""
    starting.refuse_taken(settings().host, settings().port, "HOOKLINE_PORT")
    # Where all processes of the receiver count together; it removes the folder at its end.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="hookline-metrics-"))
    # In a Python of its own: the receiver knows no Prefect, and need not carry it along.
    os.execv(sys.executable, [sys.executable, "-m", "receiver.serve"])  # noqa: S606


for command in (source_sample, source_try):
    source.source.add_command(command)

for command in (
    start.run,
    start.work,
    start.migrate,
    source.source,
    lookup.lookup,
    user.user,
    entity.entity,
    webhook.explain,
    webhook.webhook,
    webhook.import_,
    notification.notification,
    backup.backup,
    backup.restore,
):
    main.add_command(command)


def entry() -> None:
    """Run the command; say what is wrong in a sentence where a person can mend it."""
    try:
        main()
    except IN_WORDS as error:
        sys.exit(f"Error: {error}")
    except DatabaseAwayError as error:
        sys.exit(f"Error: the database cannot be reached ({error}). See HOOKLINE_DATABASE_URL.")
    except DatabaseRefusedError as error:
        sys.exit(f"Error: the database refused ({error}). Was `hookline migrate` run?")


if __name__ == "__main__":
    entry()
