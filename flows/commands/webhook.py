"""`hookline explain`, `webhook …` and `import`: webhooks, one at a time and from elsewhere."""

import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import click

from models.database import reading, transaction
from models.identity import utc_now
from models.importing.door import Door, Item, size_of
from models.importing.storing import batches, store
from models.processing import correcting
from models.reading.explaining import explain as explain_webhook
from models.settings import settings
from models.source import SourceError, find_source

MOST_TOLD = 100
"""Bad lines that an import tells of; the rest are counted."""


@click.command()
@click.argument("webhook_id", type=click.UUID)
def explain(webhook_id: UUID) -> None:
    """Print what would be made of a webhook and why; nothing is written."""
    with reading() as session:
        explanation = explain_webhook(session, webhook_id)
    if explanation is None:
        raise click.ClickException(f"There is no webhook {webhook_id}.")
    click.echo(explanation)


@click.group()
def webhook() -> None:
    """Webhooks: run one again, correct one, release one from quarantine.

    Many are run again by the flow `backfill`.
    """


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


@webhook.command("release")
@click.argument("webhook_ids", metavar="ID…", type=click.UUID, nargs=-1, required=True)
def webhook_release(webhook_ids: tuple[UUID, ...]) -> None:
    """Say that webhooks which were caught as spam are none, and put them back to New."""
    with transaction() as session:
        result = correcting.release(session, webhook_ids, utc_now())
    click.echo("\n".join(result.in_words()))
    sys.exit(0 if result.new and not result.missing else 1)


@webhook.command("correct")
@click.argument("webhook_id", metavar="ID", type=click.UUID)
@click.option("--body", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@UPDATE
def webhook_correct(webhook_id: UUID, body: Path, update: bool) -> None:
    """Give a webhook the body in a file, and put it back to New. The original body is kept."""
    with transaction() as session:
        correcting.correct_body(session, webhook_id, body.read_bytes(), utc_now(), update=update)
    click.echo(f"{webhook_id} is New, with its body corrected.")


@click.command("import")
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
