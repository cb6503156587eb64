"""`hookline source sample` and `source try`: what comes, and what a mapping makes of it."""

from dataclasses import replace
from pathlib import Path

import click
from sqlmodel import Session

from models.configuring.manner import manner_of
from models.configuring.trial import read_mapping
from models.database import reading, transaction
from models.identity import utc_now
from models.mapping.sampling import newest, sample
from models.processing.telling import tried_lines
from models.processing.trying import try_manner
from models.source import SourceError, WebhookSource, find_source


@click.command("sample")
@click.argument("name")
@click.option("--last", default=3, show_default=True, type=click.IntRange(1, 100))
def source_sample(name: str, last: int) -> None:
    """Show the last requests of a source as a mapping sees them, with the path of each value."""
    with reading() as session:
        found = _source(session, name)
        webhooks = newest(session, found.name, last)
        definition = manner_of(found).definition
        for webhook in webhooks:
            click.echo("\n".join(sample(webhook, definition.map, definition.reader)) + "\n")
    if not webhooks:
        click.echo("Nothing has come from it yet, or it was deleted in the meantime.")


@click.command("try")
@click.argument("name")
@click.option(
    "--mapping",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A TOML file with [[map]], or of sources; without it, what the source has now.",
)
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 1000))
def source_try(name: str, file: Path | None, last: int) -> None:
    """Run a mapping over the last requests of a source and show what it makes; change nothing."""
    with reading() as session:
        manner = manner_of(_source(session, name))
    if file:
        text = file.read_text(encoding="utf-8", errors="replace")
        definition, default_entity = read_mapping(text, manner.default_entity, name)
        manner = replace(manner, definition=definition, default_entity=default_entity, problem=None)
    with transaction() as session:
        tried = try_manner(session, newest(session, name, last), manner, utc_now())
    click.echo("\n".join(tried_lines(tried)))


def _source(session: Session, name: str) -> WebhookSource:
    found = find_source(session, name)
    if found is None:
        raise SourceError(f'There is no source "{name}". `hookline source list` shows all.')
    return found
