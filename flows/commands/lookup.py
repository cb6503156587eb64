"""`hookline lookup …`: the lists that records point to, and what senders call their rows."""

import click

from models.database import reading, transaction
from models.looking_up import naming


@click.group()
def lookup() -> None:
    """Lookups: the lists of values that records point to, such as countries."""


@lookup.command("list")
def lookup_list() -> None:
    """List the lookups whose rows webhooks can name."""
    with reading() as session:
        for line in naming.in_lines(session):
            click.echo(line)


@lookup.command("set")
@click.argument("name")
@click.option(
    "--make-missing/--keep-to-rows",
    "makes",
    required=True,
    help="Whether a name that it does not hold becomes a row of it.",
)
def lookup_set(name: str, makes: bool) -> None:
    """Say what becomes of names that a lookup does not hold."""
    with transaction() as session:
        naming.set_making(session, name, makes)
    click.echo(f"{name} {'makes missing rows' if makes else 'keeps to its rows'} from now on.")


@lookup.command("alias")
@click.argument("name")
@click.argument("row")
@click.argument("alias")
def lookup_alias(name: str, row: str, alias: str) -> None:
    """Give a row of a lookup another name: lookup alias country Germany BRD."""
    with transaction() as session:
        naming.add_alias(session, name, row, alias)
    click.echo(f'In {name}, "{alias}" is {row} from now on.')


@lookup.command("unalias")
@click.argument("name")
@click.argument("alias")
def lookup_unalias(name: str, alias: str) -> None:
    """Take such a name away."""
    with transaction() as session:
        naming.remove_alias(session, name, alias)
    click.echo(f'In {name}, "{alias}" is no name from now on.')
