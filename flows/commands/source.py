"""`hookline source …`: the services that we gave a webhook URL to."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, cast

import click
from sqlmodel import select

from flows.commands import source_file, source_key
from flows.commands.period import Duration
from flows.commands.source_file import webhook_url
from models.database import reading, transaction
from models.durations import in_words
from models.identity import utc_now
from models.matching.profiles import PROFILES
from models.source import (
    SourceError,
    Ways,
    WebhookSource,
    add_source,
    keys_beside_the_newest,
    remove_source,
    set_silent_after,
    set_ways,
)

tell_when_silent = click.option(
    "--tell-when-silent",
    type=Duration(),
    help="Have people told when nothing came for this long: 90m, 24h, 7d.",
)


@click.group()
def source() -> None:
    """Webhook sources: the services that we gave a webhook URL to."""


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how what a source sends is read."""
    for option in (
        click.option("--day-first/--month-first", default=None, help="03/04/2026 is 3 April."),
        click.option("--decimal-comma/--decimal-point", default=None, help="1.234,50 is 1234.5."),
        click.option(
            "--contact-profile",
            type=click.Choice(sorted(PROFILES)),
            help="How its people are compared; otherwise as HOOKLINE_CONTACT_PROFILE says.",
        ),
        click.option("--region", help="Where its phone numbers are from, such as US."),
        click.option(
            "--contact-search/--no-contact-search",
            "searches_contacts",
            default=None,
            help="Whether a contact that it posts is searched for before one is made.",
        ),
        tell_when_silent,
    ):
        command = option(command)
    return command


@source.command("add")
@click.argument("name")
@reading_options
def source_add(name: str, tell_when_silent: timedelta | None, **ways: Any) -> None:
    """Make a source, and print its webhook URL, this once."""
    with transaction() as session:
        api_key = add_source(session, name, **_said(ways))
        set_silent_after(session, name.strip(), tell_when_silent)
    click.echo(webhook_url(api_key))


@source.command("set")
@click.argument("name")
@reading_options
@click.option("--never-tell", is_flag=True, help="Let it be silent for as long as it likes.")
def source_set(
    name: str, tell_when_silent: timedelta | None, never_tell: bool, **ways: Any
) -> None:
    """Change how what a source sends is read, or after which silence people are told."""
    if never_tell and tell_when_silent:
        raise click.UsageError("Say either --tell-when-silent PERIOD or --never-tell.")
    with transaction() as session:
        set_ways(session, name, **_said(ways))
        if never_tell or tell_when_silent:
            set_silent_after(session, name, tell_when_silent)
    click.echo(f'The source "{name}" is set.')


def _said(ways: dict[str, Any]) -> Ways:
    said = {way: value for way, value in ways.items() if value is not None}
    if region := said.get("region"):
        said["region"] = region.upper()
    return cast(Ways, said)


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
        ends = keys_beside_the_newest(session, utc_now())
        for each in session.exec(select(WebhookSource).order_by(WebhookSource.name)):
            words = [*_ways_in_words(each), *_definition_in_words(each)]
            words += [f"an earlier URL until {end:%Y-%m-%d %H:%M} UTC" for end in ends[each.id]]
            click.echo(f"{each.name}  ({', '.join(words)})")


def _definition_in_words(each: WebhookSource) -> Iterator[str]:
    definition = each.definition or {}
    if preset := definition.get("preset"):
        yield f"preset {preset}"
    signature = definition.get("signature")
    if isinstance(signature, dict):
        yield f"signature {signature.get('scheme')}"
    for name in ("addresses", "event_id", "map", "spam", "senders"):
        if definition.get(name):
            yield name.replace("_", " ")


def _ways_in_words(each: WebhookSource) -> Iterator[str]:
    if not each.active:
        yield "off"
    if each.default_entity:
        yield f"makes {each.default_entity}"
    if each.requests_per_second:
        yield f"{each.requests_per_second:g} a second"
    yield "day first" if each.day_first else "month first"
    if each.decimal_comma:
        yield "decimal comma"
    if each.contact_profile:
        yield f"profile {each.contact_profile}"
    if each.region:
        yield f"region {each.region}"
    if not each.searches_contacts:
        yield "no contact search"
    if each.silent_after_seconds is not None:
        period = in_words(timedelta(seconds=each.silent_after_seconds))
        yield f"told when silent for {period}"


for command in (
    source_key.source_key,
    source_key.source_on,
    source_key.source_off,
    source_file.source_apply,
    source_file.source_show,
    source_file.source_presets,
):
    source.add_command(command)
