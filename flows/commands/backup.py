"""`hookline backup` and `restore`: the database, in a folder and back."""

from pathlib import Path

import click

from models.backup.folder import restore_backup, write_backup
from models.identity import utc_now


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Write the database into a new FOLDER, while all goes on."""
    manifest = write_backup(folder, utc_now())
    click.echo(f"{folder} holds {manifest.counts['webhook']} webhooks, and all that belongs to it.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace what is in the database.")
def restore(folder: Path, force: bool) -> None:
    """Bring a backup back from its FOLDER into an empty database. Stop Hookline before."""
    manifest = restore_backup(folder, force)
    click.echo(f"The database is as it was at {manifest.written_at:%Y-%m-%d %H:%M:%S} UTC.")
