"""The command `hookline`: what is not Prefect's own. What Prefect's command line does, it does."""

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import click
from sqlmodel import select

from flows import serving, starting
from models import correcting, migrations
from models.backup.folder import restore_backup, write_backup
from models.backup.manifest import BackupError
from models.database import DatabaseAwayError, DatabaseRefusedError, reading, transaction
from models.durations import DurationError, in_words, parse_duration
from models.explaining import explain as explain_webhook
from models.identity import utc_now
from models.importing.door import Door, Item, size_of
from models.importing.storing import batches, store
from models.notifying.addresses import (
    NotificationError,
    add_notification,
    described,
    find_notification,
)
from models.notifying.message import trial_message
from models.notifying.tables import Notification, Topic
from models.settings import settings
from models.source import (
    SourceError,
    WebhookSource,
    add_source,
    find_key,
    find_source,
    remove_source,
    replace_keys,
    set_silent_after,
)
from tasks.sending import send

MOST_TOLD = 100
"""Bad lines that an import tells of; the rest are counted."""

GETTING_STARTED = "getting-started"


class Duration(click.ParamType[timedelta]):
    """A period as people write it: 90m, 24h, 7d."""

    name = "period"

    def convert(self, value: Any, param: Any, ctx: Any) -> timedelta:
        """Read the period, or say how one is written."""
        try:
            return parse_duration(value)
        except DurationError as error:
            self.fail(str(error), param, ctx)


tell_when_silent = click.option(
    "--tell-when-silent",
    type=Duration(),
    help="Have people told when nothing came for this long: 90m, 24h, 7d.",
)


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
@tell_when_silent
def source_add(
    name: str, day_first: bool, decimal_comma: bool, tell_when_silent: timedelta | None
) -> None:
    """Make a source, and print its webhook URL, this once."""
    with transaction() as session:
        api_key = add_source(session, name, day_first=day_first, decimal_comma=decimal_comma)
        set_silent_after(session, name.strip(), tell_when_silent)
    click.echo(_webhook_url(api_key))


@source.command("key")
@click.argument("name")
def source_key(name: str) -> None:
    """Give a source a new key, which ends its earlier ones, and print its URL, this once."""
    with transaction() as session:
        api_key = replace_keys(session, name)
    click.echo(_webhook_url(api_key))


@source.command("set")
@click.argument("name")
@tell_when_silent
@click.option("--never-tell", is_flag=True, help="Let it be silent for as long as it likes.")
def source_set(name: str, tell_when_silent: timedelta | None, never_tell: bool) -> None:
    """Set after which silence of a source people are told."""
    if never_tell == bool(tell_when_silent):
        raise click.UsageError("Say either --tell-when-silent PERIOD or --never-tell.")
    with transaction() as session:
        set_silent_after(session, name, tell_when_silent)
    click.echo(f'The source "{name}" is set.')


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
            click.echo(f"{each.name}  ({written}{comma}{_silence(each)})")


def _silence(each: WebhookSource) -> str:
    if each.silent_after_seconds is None:
        return ""
    period = in_words(timedelta(seconds=each.silent_after_seconds))
    return f", told when silent for {period}"


def _webhook_url(api_key: str) -> str:
    return f"http://{settings().host}:{settings().port}/webhooks/{api_key}"


@main.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--source", "name", required=True, help="The source that they are from.")
@click.option("--content-type", help="Of the raw bodies in a folder.")
def import_(path: Path, name: str, content_type: str | None) -> None:
    """Take in webhooks kept elsewhere: a FILE of newline-delimited JSON, or a FOLDER of bodies.

    Each becomes New, once, however often this is run. A line has body (text) or body_base64, and
    may have headers, content_type, query, source_url and received_at.
    """
    if path.is_dir() and not content_type:
        raise click.UsageError("Say the --content-type of the bodies in the folder.")
    with reading() as session:
        if find_source(session, name) is None:
            raise SourceError(f'There is no source "{name}". `hookline source list` shows all.')
    door = Door(name, utc_now(), settings().max_body_bytes)
    items = door.files(path, content_type or "") if path.is_dir() else door.lines_of(path)
    stored, bad = _store_all(items, size_of(path))
    for item in bad[:MOST_TOLD]:
        click.echo(f"{item.place}: {item.problem}", err=True)
    click.echo(f"{stored} imported, {door.good - stored} were there, {len(bad)} bad.")
    if bad:
        sys.exit("Correct what is bad, and import again: what is there already is passed over.")


def _store_all(items: Iterator[Item], size: int) -> tuple[int, list[Item]]:
    stored, bad = 0, []
    with click.progressbar(length=size, label="Importing", file=sys.stderr) as bar:
        for batch in batches(items):
            with transaction() as session:
                stored += store(session, batch)
            bad += [item for item in batch if item.problem]
            bar.update(sum(item.octets for item in batch))
    return stored, bad


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Write the database into a new FOLDER, while all goes on."""
    manifest = write_backup(folder, utc_now())
    click.echo(f"{folder} holds {manifest.counts['webhook']} webhooks, and all that belongs to it.")


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace what is in the database.")
def restore(folder: Path, force: bool) -> None:
    """Bring a backup back from its FOLDER into an empty database. Stop Hookline before."""
    manifest = restore_backup(folder, force)
    click.echo(f"The database is as it was at {manifest.written_at:%Y-%m-%d %H:%M:%S} UTC.")


@main.group()
def notification() -> None:
    """Notifications: who is told of what happens to webhooks, and of what no longer happens."""


@notification.command("add")
@click.argument("name")
@click.argument("address", required=False)
@click.option(
    "--on",
    "topics",
    type=click.Choice([topic.value for topic in Topic]),
    multiple=True,
    help="What to tell of; again for more.",
)
@click.option("--source", "webhook_source", help="Tell of this source alone.")
@click.option("--with-data", is_flag=True, help="Put what the webhooks say into the message.")
def notification_add(
    name: str,
    address: str | None,
    topics: Sequence[str],
    webhook_source: str | None,
    with_data: bool,
) -> None:
    """Tell an ADDRESS, an apprise URL, of what happens; asked for where it is not given.

    Such an address may hold a password, which a shell's history keeps: rather let it be asked for.
    """
    address = address or click.prompt("Address (an apprise URL)", hide_input=True)
    with transaction() as session:
        add_notification(
            session, name, str(address), [Topic(each) for each in topics], webhook_source, with_data
        )
    click.echo(f'"{name}" is told from now on. Try it: hookline notification test "{name}"')


@notification.command("list")
def notification_list() -> None:
    """List the notifications, without the secrets in their addresses."""
    with reading() as session:
        for each in session.exec(select(Notification).order_by(Notification.name)):
            click.echo(described(each))


@notification.command("test")
@click.argument("name")
def notification_test(name: str) -> None:
    """Send a message to an address, to see whether it comes."""
    with reading() as session:
        address = find_notification(session, name).address
    trial = trial_message()
    if not send(address, trial.title, trial.body):
        raise click.ClickException(f'"{name}" did not take a message. Is its address right?')
    click.echo(f'"{name}" took a message.')


@notification.command("remove")
@click.argument("name")
def notification_remove(name: str) -> None:
    """End a notification."""
    with transaction() as session:
        session.delete(find_notification(session, name))
    click.echo(f'"{name}" is told no longer.')


def entry() -> None:
    """Run the command; say what is wrong in a sentence where a person can mend it."""
    try:
        main()
    except (BackupError, NotificationError, SourceError, correcting.WebhookError) as error:
        sys.exit(f"Error: {error}")
    except DatabaseAwayError as error:
        sys.exit(f"Error: the database cannot be reached ({error}). See HOOKLINE_DATABASE_URL.")
    except DatabaseRefusedError as error:
        sys.exit(f"Error: the database refused ({error}). Was `hookline migrate` run?")


if __name__ == "__main__":
    entry()
