"""`hookline entity …`: what webhooks can create."""

import os
from pathlib import Path

import click

from flows.commands.starting import say_refusals
from flows.entities import subflow_of
from models.database import reading
from models.entities import entities, find_entity
from models.extending import describing
from models.scaffold import new_entity


@click.group()
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
