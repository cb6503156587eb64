"""`hookline source key`, `on` and `off`: whether a source's URL is good, and which."""

from datetime import timedelta

import click

from flows.commands.period import Duration
from flows.commands.source_file import webhook_url
from models.database import transaction
from models.identity import utc_now
from models.source import replace_keys, set_active


@click.command("key")
@click.argument("name")
@click.option(
    "--keep-old-for",
    type=Duration(),
    help="How long the URL that it has now stays good beside the new one: 24h, 7d.",
)
def source_key(name: str, keep_old_for: timedelta | None) -> None:
    """Give a source a new key, which ends its earlier ones, and print its URL, this once."""
    with transaction() as session:
        keep_until = utc_now() + keep_old_for if keep_old_for else None
        api_key = replace_keys(session, name, keep_until)
    click.echo(webhook_url(api_key))


@click.command("on")
@click.argument("name")
def source_on(name: str) -> None:
    """Take a source's webhooks again."""
    with transaction() as session:
        set_active(session, name, True)
    click.echo(f'The source "{name}" is on.')


@click.command("off")
@click.argument("name")
def source_off(name: str) -> None:
    """Take no webhooks of a source for a while: its senders are asked to come back later."""
    with transaction() as session:
        set_active(session, name, False)
    click.echo(f'The source "{name}" is off.')
