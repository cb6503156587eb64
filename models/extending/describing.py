"""What an entity is, in words for whoever sends it, or changes it."""

from collections.abc import Iterator, Mapping
from inspect import getsourcefile

from sqlmodel import Session, col, func, select

from models.database import has_table
from models.entities import entities
from models.entity import Column, Entity, OfPerson, WithColumns
from models.following.subflow import SubflowState
from models.reading.casting import can_cast_to
from models.reading.types import EXPECTED


def in_lines(has_subflow: Mapping[str, bool]) -> Iterator[str]:
    """List the entities, a line each: code, columns, person, subflow, where it comes from."""
    width = max(map(len, entities()), default=0)
    for code, entity in sorted(entities().items()):
        marks = [f"{len(entity.columns())} columns"]
        marks += ["a person"] if issubclass(entity, OfPerson) else []
        marks += ["a subflow"] if has_subflow.get(code) else []
        yield f"{code:{width}}  {', '.join(marks)}  ({entity.__module__})"


def describe(entity: type[Entity], subflow: str | None) -> str:
    """Describe an entity.

    Args:
        entity: the one.
        subflow: the name of the flow for what follows once its records are made.
    """
    return "\n".join(_lines(entity, subflow))


def progress(session: Session, entity: type[Entity]) -> Iterator[str]:
    """Count an entity's records, and how far their subflows have come."""
    if not has_table(session, str(entity.__tablename__)):
        yield "Records      none yet: its table waits for `hookline migrate --new`"
        return
    yield f"Records      {session.exec(select(func.count(col(entity.id)))).one()}"
    standing = (col(SubflowState.status), col(SubflowState.step), col(SubflowState.problem))
    counted = session.exec(
        select(*standing, func.count())
        .where(SubflowState.entity == entity.code())
        .group_by(*standing)
        .order_by(*standing)
    )
    for status, step, problem, count in counted:
        at = f" at {step}" if step else ""
        why = f" ({problem})" if problem else ""
        yield f"  {count} {status}{at}{why}"


def _lines(entity: type[Entity], subflow: str | None) -> Iterator[str]:
    yield f"Entity       {entity.code()}"
    if entity.aliases:
        yield f"Also called  {', '.join(entity.aliases)}"
    yield f"Table        {entity.__tablename__}"
    yield f"Defined in   {getsourcefile(entity)}"
    if entity.business_key:
        again = "updates the record" if entity.business_key.updates else "is refused"
        key = ", ".join(_codes(entity, entity.business_key.columns))
        yield f"Key          {key}; a second webhook with the same {again}"
    yield f"Person       {_person(entity)}"
    yield f"Follows      {subflow or _follows(entity)}"
    yield "Columns"
    yield from _columns(entity)
    for code, detail in entity.details.items():
        yield f"Rows of {code}, a list"
        yield from _columns(detail)


def _person(entity: type[Entity]) -> str:
    if not issubclass(entity, OfPerson):
        return "none is searched for"
    person = entity.person
    named = (person.full_name, person.given_name, person.middle_name, person.surname)
    clues = _codes(entity, [name for name in (*named, *person.emails, *person.phones) if name])
    return f"found or made by {', '.join(clues)}"


def _follows(entity: type[Entity]) -> str:
    return "search-and-create-contact" if issubclass(entity, OfPerson) else "nothing"


def _codes(entity: type[Entity], names: tuple[str, ...] | list[str]) -> list[str]:
    codes = {column.name: column.code for column in entity.columns()}
    return [codes.get(name, name) for name in names]


def _columns(table: type[WithColumns]) -> Iterator[str]:
    for column in table.columns():
        yield f"  {column.code:24} {in_words(column)}"


def in_words(column: Column) -> str:
    """Say what a column takes: `Text of at most 100 characters, required`."""
    if not can_cast_to(column.type):
        return "not from webhooks"
    words = [EXPECTED[column.type]]
    if column.length is not None:
        words[0] += f" of at most {column.length} characters"
    if column.lookup:
        named = "the name or id" if column.by_name else "the id"
        words = [f"{named} of a row of {column.lookup}"]
    if column.required:
        words.append("required")
    elif column.default is not None and not callable(column.default):
        words.append(f"{column.default} where it is empty")
    return ", ".join(words)
