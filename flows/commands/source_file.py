"""`hookline source apply`, `show` and `presets`: sources as TOML."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

from models.configuring.applying import Applied, apply_sources
from models.configuring.presets import preset_names, preset_text
from models.configuring.reading import SourceFileError
from models.configuring.showing import shown
from models.database import reading, transaction
from models.settings import settings
from models.source import SourceError, get_source


@click.command("apply")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def source_apply(file: Path) -> None:
    """Make or change the sources that a TOML FILE describes: all of them, or none.

    It can be applied again and again. Sources that it does not name stay; what it no longer says
    of a source goes back to what it is without.
    """
    try:
        text = file.read_text()
    except UnicodeDecodeError:
        raise SourceFileError(f"{file} is not text in UTF-8.") from None
    with transaction() as session:
        applied = apply_sources(session, text, str(file))
    for each in applied:
        click.echo("\n".join(_in_words(each)))


def _in_words(applied: Applied) -> Iterator[str]:
    if applied.api_key:
        yield f"{applied.name}: made. Its webhook URL, this once: {webhook_url(applied.api_key)}"
    elif applied.changed:
        yield f"{applied.name}: changed {', '.join(applied.changed)}."
    else:
        yield f"{applied.name}: unchanged."
    for name in applied.variables:
        if name not in os.environ:
            yield f"  The receiver needs the variable {name}; it is not set here."


@click.command("show")
@click.argument("name")
def source_show(name: str) -> None:
    """Print a source as TOML that `hookline source apply` takes back; secrets are masked."""
    with reading() as session:
        click.echo(shown(get_source(session, name)), nl=False)


@click.command("presets")
@click.argument("name", required=False)
def source_presets(name: str | None) -> None:
    """List what is known of services, or print what is known of one."""
    if name is None:
        for each in preset_names():
            click.echo(f"{each:20} {_first_comment(each)}")
        return
    text = preset_text(name)
    if text is None:
        raise SourceError(f'There is no preset "{name}". `hookline source presets` lists all.')
    click.echo(text.strip())


def _first_comment(name: str) -> str:
    line = (preset_text(name) or "").strip().partition("\n")[0]
    return line.lstrip("# ") if line.startswith("#") else ""


def webhook_url(api_key: str) -> str:
    """Return the URL that a sender is given."""
    return f"http://{settings().host}:{settings().port}/webhooks/{api_key}"
