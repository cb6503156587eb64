"""`hookline migrate`, `run` and `work`: the schema, and everything at once."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click
import httpx

from flows import guarding, leftovers, serving, starting
from flows.commands.user import add_first_user
from flows.entities import refusals as refused_flows
from models import migrations
from models.database import transaction
from models.entities import refusals as refused_entities
from models.migrations import histories
from models.migrations.writing import write_revision
from models.settings import settings
from models.source import add_source, find_key, remove_source

GETTING_STARTED = "getting-started"

AT_ANY_MOMENT = 2
"""Runs of create-entities that are at work, so that one that is killed leaves no gap."""


@click.command()
@click.option("--new", metavar="MESSAGE", help="Write the migration of your own tables first.")
def migrate(new: str | None) -> None:
    """Bring the database up to today's schema, or write what your own tables need for it."""
    if new:
        written = write_revision(new)
        click.echo(
            f"Wrote {written}. Read it, then run `hookline migrate`."
            if written
            else "The database has all tables as they are defined: there is nothing to do."
        )
        return
    migrations.upgrade()
    say_refusals()
    say_tables_that_wait()
    click.echo("The database is up to date.")


@click.command()
def run() -> None:
    """Start everything: Prefect's server, a worker with the deployments, the receiver."""
    guarding.refuse_open_server(serving.prefect_environment())
    starting.refuse_taken_ports()
    migrations.upgrade()
    say_refusals()
    say_tables_that_wait()
    sys.exit(starting.run_everything(_getting_started_key(), add_first_user()))


def say_refusals() -> None:
    """Say which files are left out and why; the others work."""
    for refusal in (*refused_entities(), *refused_flows(), *histories.refusals()):
        click.echo(f"Left out: {refusal}", err=True)


def say_tables_that_wait() -> None:
    """Say which entities cannot have records yet, because no migration has made their table."""
    for refusal in migrations.entities_without_table():
        click.echo(f"Waits: {refusal}", err=True)


def getting_started_key_file() -> Path:
    """Return the file that `hookline run` keeps its key in, for `make demo`."""
    return settings().home / f"{GETTING_STARTED}.key"


def _getting_started_key() -> str:
    """Return a key to try things with, kept in a file that its owner alone can read.

    Only this source's key is kept; `hookline source remove getting-started` ends it.
    """
    file = getting_started_key_file()
    with transaction() as session:
        if file.exists() and find_key(session, api_key := file.read_text().strip()):
            return api_key
        remove_source(session, GETTING_STARTED)
        api_key = add_source(session, GETTING_STARTED)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(api_key)
        return api_key


@click.command()
def work() -> NoReturn:
    """Deploy the flows to Prefect's server once it answers, and work for them."""
    environment = serving.prefect_environment()
    if not serving.wait_for(f"{environment['PREFECT_API_URL']}/health", starting.START_SECONDS):
        raise click.ClickException(
            f"Prefect's server does not answer at {environment['PREFECT_API_URL']}."
        )
    serving.deploy()
    with suppress(httpx.HTTPError):  # they come at their time then
        leftovers.mark_dead_runs_of_this_machine()
        # Those that a killed worker has left go on, but nobody would replace them.
        left = leftovers.runs_without_worker()
        serving.keep_at_work("create-entities", AT_ANY_MOMENT, besides=left)
    # What a script starts in the background is born ignoring SIGINT, by which Prefect's worker
    # ends itself where it is told to by SIGTERM.
    starting.take_every_end_as_ctrl_c()
    os.execve(sys.executable, serving.WORKER, environment)  # noqa: S606
