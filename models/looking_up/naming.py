"""What users say of lookups: other names of their rows, and whether missing rows are made."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Table
from sqlmodel import Session, SQLModel, col, func, select

from models.entities import entities
from models.looking_up.countries import folded
from models.looking_up.resolving import can_be_made_of_names
from models.lookups import LookupAlias, LookupSetting


class LookupNameError(Exception):
    """What was said of a lookup cannot be; the text says why, for the person who said it."""


def lookups() -> list[str]:
    """Return the tables whose rows webhooks can name."""
    tables = (entity for entity in entities().values())
    holders = [each for entity in tables for each in (entity, *entity.details.values())]
    return sorted(
        {str(column.lookup) for each in holders for column in each.columns() if column.by_name}
    )


def in_lines(session: Session) -> Iterator[str]:
    """List the lookups, a line each: rows, other names, whether missing rows are made."""
    makes = {each.lookup for each in session.exec(select(LookupSetting)) if each.creates_missing}
    aliases = session.exec(
        select(LookupAlias.lookup, func.count()).group_by(col(LookupAlias.lookup))
    )
    counts = dict(aliases.all())
    for name in lookups():
        rows = session.scalar(select(func.count()).select_from(_table(name)))
        marks = [f"{rows} rows", f"{counts.get(name, 0)} other names"]
        marks += ["makes missing rows"] if name in makes else []
        yield f"{name}  ({', '.join(marks)})"


def set_making(session: Session, lookup: str, makes: bool) -> None:
    """Say whether a name that a lookup does not hold becomes a row of it.

    Raises:
        LookupNameError: there is no such lookup, or its rows need more than a name.
    """
    _table(lookup)
    if makes and not can_be_made_of_names(lookup):
        raise LookupNameError(f"A row of {lookup} needs more than its name, so none is made.")
    session.merge(LookupSetting(lookup=lookup, creates_missing=makes))


def add_alias(session: Session, lookup: str, row: str, alias: str) -> None:
    """Give a row of a lookup another name; one that another row had is taken from it.

    Raises:
        LookupNameError: there is no such lookup, or no such row, or the name is its own.
    """
    table = _table(lookup)
    alias = alias.strip()
    if not 0 < len(alias) <= 250:
        raise LookupNameError("A name has 1 to 250 characters.")
    found = session.execute(select(table.c.id, table.c.name)).all()
    by_name: dict[str, UUID] = {folded(name): row_id for row_id, name in found}
    if folded(row) not in by_name:
        raise LookupNameError(f'{lookup} has no row "{row}".')
    if folded(alias) in by_name:
        raise LookupNameError(f'"{alias}" is the name of a row of {lookup} itself.')
    session.merge(LookupAlias(lookup=lookup, name=alias, row_id=by_name[folded(row)]))


def remove_alias(session: Session, lookup: str, alias: str) -> None:
    """Take another name away.

    Raises:
        LookupNameError: there is no such name.
    """
    found = session.get(LookupAlias, (lookup, alias))
    if found is None:
        raise LookupNameError(f'{lookup} has no other name "{alias}".')
    session.delete(found)


def _table(lookup: str) -> Table:
    if lookup not in lookups():
        raise LookupNameError(f'There is no lookup "{lookup}". There are {", ".join(lookups())}.')
    return SQLModel.metadata.tables[lookup]
