"""The command `hookline`: what is not Prefect's own. What Prefect's command line does, it does."""

import os
import sys
from pathlib import Path
from typing import NoReturn
from uuid import UUID

import click
from sqlmodel import select

from flows import serving, starting
from models import correcting, migrations
from models.database import DatabaseAwayError, DatabaseRefusedError, reading, transaction
from models.explaining import explain as explain_webhook
from models.identity import utc_now
from models.settings import settings
from models.source import (
    SourceError,
    WebhookSource,
    add_source,
    find_key,
    remove_source,
    replace_keys,
)

GETTING_STARTED = "getting-started"


@click.group(help="Webhooks in, CRM records out.")
def main() -> None:
    """Group the commands."""


@main.command()
def migrate() -> None:
    """Bring the database up to today's schema."""
    migrations.upgrade()
    click.echo("The database is up to date.")


@main.command()
def run() -> None:
    """Start everything: Prefect's server, a worker with the deployments, the receiver."""
    starting.refuse_taken_ports()
    migrations.upgrade()
    sys.exit(starting.run_everything(_getting_started_key()))


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


@main.command()
def serve() -> None:
    """Start the receiver alone."""
    from receiver.serve import serve as serve_receiver

    starting.refuse_taken(settings().host, settings().port, "HOOKLINE_PORT")
    serve_receiver()


@main.command()
def work() -> NoReturn:
    """Deploy the flows to Prefect's server once it answers, and work for them."""
    environment = serving.prefect_environment()
    if not serving.wait_for(f"{environment['PREFECT_API_URL']}/health", starting.START_SECONDS):
        raise click.ClickException(
            f"Prefect's server does not answer at {environment['PREFECT_API_URL']}."
        )
    serving.deploy()
    os.execve(serving.BIN / "prefect", serving.WORKER, environment)  # noqa: S606


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
def webhook() -> None:
    """Webhooks: run one again, correct one. Many are run again by the flow `backfill`."""


UPDATE = click.option(
    "--update", is_flag=True, help="Set the record that it made before anew, rather than keep it."
)


@webhook.command("retry")
@click.argument("webhook_ids", metavar="ID…", type=click.UUID, nargs=-1, required=True)
@UPDATE
def webhook_retry(webhook_ids: tuple[UUID, ...], update: bool) -> None:
    """Put webhooks back to New, with a fresh count of attempts."""
    with transaction() as session:
        result = correcting.retry(session, webhook_ids, utc_now(), update=update)
    click.echo("\n".join(result.in_words()))
    sys.exit(1 if result.missing else 0)


@webhook.command("correct")
@click.argument("webhook_id", metavar="ID", type=click.UUID)
@click.option("--body", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@UPDATE
def webhook_correct(webhook_id: UUID, body: Path, update: bool) -> None:
    """Give a webhook the body in a file, and put it back to New. The original body is kept."""
    with transaction() as session:
        correcting.correct_body(session, webhook_id, body.read_bytes(), utc_now(), update=update)
    click.echo(f"{webhook_id} is New, with its body corrected.")


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
    except (SourceError, correcting.WebhookError) as error:
        sys.exit(f"Error: {error}")
    except DatabaseAwayError as error:
        sys.exit(f"Error: the database cannot be reached ({error}). See HOOKLINE_DATABASE_URL.")
    except DatabaseRefusedError as error:
        sys.exit(f"Error: the database refused ({error}). Was `hookline migrate` run?")


if __name__ == "__main__":
    entry()
