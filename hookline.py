"""The command `hookline`: what is not Prefect's own. What Prefect's command line does, it does."""

import os
import subprocess
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import NoReturn
from uuid import UUID

import click
from sqlmodel import select

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

from flows import serving
from flows.entities import refusals as refused_flows
from flows.entities import subflow_of
from models import describing, migrations
from models.database import DatabaseAwayError, DatabaseRefusedError, reading, transaction
from models.entities import entities, find_entity
from models.entities import refusals as refused_entities
from models.explaining import explain as explain_webhook
from models.migrations import histories
from models.migrations.writing import write_revision
from models.scaffold import ScaffoldError, new_entity
from models.settings import place, settings
from models.source import (
    SourceError,
    WebhookSource,
    add_source,
    find_key,
    remove_source,
    replace_keys,
)

GETTING_STARTED = "getting-started"
START_SECONDS = 120
HONCHO = (sys.executable, "-m", "honcho")


@click.group(help="Webhooks in, CRM records out.")
def main() -> None:
    """Group the commands."""


@main.command()
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


@main.command()
def run() -> None:
    """Start everything: Prefect's server, a worker with the deployments, the receiver."""
    migrations.upgrade()
    say_refusals()
    say_tables_that_wait()
    api_key = _getting_started_key()
    environment = serving.prefect_environment()
    everything = subprocess.Popen(  # noqa: S603  our own words
        [*HONCHO, "start", "--procfile", str(serving.shipped("Procfile"))],
        cwd=place(),
        env=environment,
    )
    try:
        if _all_answer(everything, environment["PREFECT_API_URL"]):
            click.echo(_welcome(api_key, environment["PREFECT_API_URL"].removesuffix("/api")))
        sys.exit(everything.wait())
    except KeyboardInterrupt:
        sys.exit(everything.wait())


def say_refusals() -> None:
    """Say which files are left out and why; the others work."""
    for refusal in (*refused_entities(), *refused_flows(), *histories.refusals()):
        click.echo(f"Left out: {refusal}", err=True)


def say_tables_that_wait() -> None:
    """Say which entities cannot have records yet, because no migration has made their table."""
    for refusal in migrations.entities_without_table():
        click.echo(f"Waits: {refusal}", err=True)


def _all_answer(everything: "subprocess.Popen[bytes]", api_url: str) -> bool:
    """Wait until the receiver and the deployments are there; give up where a process ended."""
    receiver = f"http://{settings().host}:{settings().port}/healthz"
    deployed = f"{api_url}/deployments/name/create-entities/create-entities"
    return all(
        serving.wait_for(url, START_SECONDS, while_=lambda: everything.poll() is None)
        for url in (receiver, deployed)
    )


def _welcome(api_key: str, prefect_url: str) -> str:
    receiver = f"http://{settings().host}:{settings().port}"
    body = '{"EntityName": "FormSubmit", "FirstName": "Ada", "LastName": "Lovelace"}'
    return "\n".join(
        (
            "",
            "Hookline is up.",
            f"  Receiver    {receiver}/webhooks/<key>",
            f"  Webhooks    {receiver}/console/webhooks",
            f"  Flow runs   {prefect_url}/runs",
            "",
            "Send a webhook; its record is there within seconds:",
            "",
            f"curl -H 'Content-Type: application/json' -d '{body}' {receiver}/webhooks/{api_key}",
            "",
        )
    )


def _getting_started_key() -> str:
    """Return a key to try things with, kept in a file that its owner alone can read.

    Only this source's key is kept; `hookline source remove getting-started` ends it.
    """
    file = settings().home / f"{GETTING_STARTED}.key"
    with transaction() as session:
        if file.exists() and find_key(session, api_key := file.read_text().strip()):
            return api_key
        remove_source(session, GETTING_STARTED)
        api_key = add_source(session, GETTING_STARTED)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(api_key)
        return api_key


@main.command()
def serve() -> None:
    """Start the receiver alone."""
    from receiver.serve import serve as serve_receiver

    serve_receiver()


@main.command()
def work() -> NoReturn:
    """Deploy the flows to Prefect's server once it answers, and work for them."""
    environment = serving.prefect_environment()
    if not serving.wait_for(f"{environment['PREFECT_API_URL']}/health", START_SECONDS):
        raise click.ClickException(
            f"Prefect's server does not answer at {environment['PREFECT_API_URL']}."
        )
    serving.deploy()
    worker = ["worker", "start", "--pool", serving.WORK_POOL, "--type", "process"]
    os.execve(sys.executable, [*serving.PREFECT, *worker], environment)  # noqa: S606


@main.command()
@click.argument("webhook_id", type=click.UUID)
def explain(webhook_id: UUID) -> None:
    """Print what would be made of a webhook and why; nothing is written."""
    with reading() as session:
        explanation = explain_webhook(session, webhook_id)
    if explanation is None:
        raise click.ClickException(f"There is no webhook {webhook_id}.")
    click.echo(explanation)


@main.group()
def entity() -> None:
    """Entities: what webhooks can create."""


@entity.command("new")
@click.argument("name")
@click.option(
    "--columns",
    prompt="Columns, such as full_name, email!, seats:integer=1, ticket:lookup",
    help="name:type(argument), then ! for required, * for the business key, or =default.",
)
@click.option("--package", help="The package of your own that it goes into, or is made.")
@click.option("--steps/--no-steps", default=True, help="Whether it has a flow of its own.")
def entity_new(name: str, columns: str, package: str | None, steps: bool) -> None:
    """Write the files of a new entity, to be filled in."""
    written = new_entity(name, columns, Path.cwd(), package, steps=steps)
    for file in written:
        click.echo(f"Wrote {os.path.relpath(file)}")
    click.echo("Next: look at them" + NEXT_STEPS)


NEXT_STEPS = """; then
  pip install -e .                              where the package is new
  hookline migrate --new "What is new"          writes the migration of your tables
  hookline migrate                              runs it
  hookline run                                  starts everything, or starts it again"""


@entity.command("list")
def entity_list() -> None:
    """List the entities, and the files that are left out."""
    for line in describing.in_lines({code: bool(subflow_of(code)) for code in entities()}):
        click.echo(line)
    say_refusals()


@entity.command("describe")
@click.argument("code")
def entity_describe(code: str) -> None:
    """Describe an entity: its columns, its person, what follows, where it comes from."""
    found = find_entity(code)
    if found is None:
        raise click.ClickException(f"There is no entity {code}. `hookline entity list` shows all.")
    subflow = subflow_of(found.code())
    click.echo(describing.describe(found, subflow.name if subflow else None))
    with reading() as session:
        for line in describing.progress(session, found):
            click.echo(line)


@main.group()
def source() -> None:
    """Webhook sources: the services that we gave a webhook URL to."""


@source.command("add")
@click.argument("name")
@click.option("--day-first", is_flag=True, help="The source writes 03/04/2026 for 3 April.")
@click.option("--decimal-comma", is_flag=True, help="The source writes 1.234,50 for 1234.5.")
def source_add(name: str, day_first: bool, decimal_comma: bool) -> None:
    """Make a source, and print its webhook URL, this once."""
    with transaction() as session:
        api_key = add_source(session, name, day_first=day_first, decimal_comma=decimal_comma)
    click.echo(_webhook_url(api_key))


@source.command("key")
@click.argument("name")
def source_key(name: str) -> None:
    """Give a source a new key, which ends its earlier ones, and print its URL, this once."""
    with transaction() as session:
        api_key = replace_keys(session, name)
    click.echo(_webhook_url(api_key))


@source.command("remove")
@click.argument("name")
def source_remove(name: str) -> None:
    """End a source: its URL is refused from now on. Its webhooks and records stay."""
    with transaction() as session:
        if not remove_source(session, name):
            raise SourceError(f'There is no source "{name}". `hookline source list` shows all.')
    click.echo(f'The source "{name}" is gone.')


@source.command("list")
def source_list() -> None:
    """List the sources."""
    with reading() as session:
        for each in session.exec(select(WebhookSource).order_by(WebhookSource.name)):
            written = "day first" if each.day_first else "month first"
            comma = ", decimal comma" if each.decimal_comma else ""
            click.echo(f"{each.name}  ({written}{comma})")


def _webhook_url(api_key: str) -> str:
    return f"http://{settings().host}:{settings().port}/webhooks/{api_key}"


def entry() -> None:
    """Run the command; say what is wrong in a sentence where a person can mend it."""
    try:
        main()
    except (SourceError, ScaffoldError, migrations.MigrationError) as error:
        sys.exit(f"Error: {error}")
    except DatabaseAwayError as error:
        sys.exit(f"Error: the database cannot be reached ({error}). See HOOKLINE_DATABASE_URL.")
    except DatabaseRefusedError as error:
        sys.exit(f"Error: the database refused ({error}). Was `hookline migrate` run?")


if __name__ == "__main__":
    entry()
