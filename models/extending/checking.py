"""What an entity must be for webhooks to create it: checked once, when its file is read."""

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import TypeVar

from sqlmodel import SQLModel

from models.entity import Detail, Entity, OfPerson, WithColumns, normal_name
from models.extending.discovery import Refusal, RefusedError, refusal_at
from models.matching.options import PersonColumns
from models.reading.casting import can_cast_to

T = TypeVar("T", bound=SQLModel)

LONGEST_CODE = 100
LONGEST_TABLE = 40
"""PostgreSQL cuts names at 63 characters, and indexes are named for their table and columns."""


def tables_in(module: ModuleType, base: type[T]) -> list[type[T]]:
    """Return the tables that a file defines.

    Raises:
        RefusedError: it defines an entity, but none that is a table.
    """
    classes = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, base) and each.__module__ == module.__name__
    ]
    tables = [each for each in classes if hasattr(each, "__table__")]
    if tables or base is SQLModel:
        return tables
    if classes:
        name = classes[0].__name__
        raise RefusedError(
            refusal_at(
                classes[0],
                None,
                f"{name} is no table.",
                f"Write class {name}({classes[0].__bases__[0].__name__}, table=True).",
            )
        )
    if tables_in(module, SQLModel):
        return []  # a file of lookups
    raise RefusedError(
        Refusal(
            str(module.__file__),
            1,
            "It defines no entity.",
            "Define one: class EventRegistration(OfPerson, table=True). Files that entities share "
            "belong elsewhere in the package.",
        )
    )


def check(entity: type[Entity]) -> None:
    """Check that webhooks can create an entity.

    Raises:
        RefusedError: they cannot; the refusal names the line.
    """
    try:
        problem = next(_problems(entity), None)
    except Exception as error:  # an attribute of another type than it should have
        problem = (None, f"{type(error).__name__}: {error}.", "Compare it with models/entities/.")
    if problem:
        raise RefusedError(refusal_at(entity, *problem))


def names_taken(entity: type[Entity], others: Mapping[str, type[Entity]]) -> None:
    """Check that no entity before has the code of this one, or one of its aliases.

    Raises:
        RefusedError: one has.
    """
    taken = {
        normal_name(name): other
        for other in others.values()
        for name in (other.code(), *other.aliases)
    }
    for name in (entity.code(), *entity.aliases):
        if other := taken.get(normal_name(name)):
            raise RefusedError(
                refusal_at(
                    entity,
                    None if name == entity.code() else "aliases",
                    f"The name {name} is taken by {other.__module__}.{other.__name__}.",
                    "Give the class another name, or the entity another alias.",
                )
            )


def _problems(entity: type[Entity]) -> Iterator[tuple[str | None, str, str]]:
    """Yield what is wrong: the attribute it is about, the reason, and what to do."""
    yield from _wrong_names(entity)
    yield from _lookups_to_nowhere(entity)
    yield from _wrong_columns(entity)
    yield from _wrong_key(entity)
    yield from _wrong_details(entity)
    if issubclass(entity, OfPerson):
        yield from _wrong_person(entity)


def _wrong_names(entity: type[Entity]) -> Iterator[tuple[str | None, str, str]]:
    if len(entity.code()) > LONGEST_CODE or len(str(entity.__tablename__)) > LONGEST_TABLE:
        yield (
            None,
            "Its name is too long.",
            f"A table's name has at most {LONGEST_TABLE} characters, a code {LONGEST_CODE}.",
        )


def _lookups_to_nowhere(entity: type[WithColumns]) -> Iterator[tuple[str | None, str, str]]:
    for key in entity.__table__.foreign_keys:  # type: ignore[attr-defined]
        table = key.target_fullname.rpartition(".")[0]
        if table not in SQLModel.metadata.tables:
            yield (
                key.parent.name,
                f"It points to the table {table}, which is not there.",
                f"Define a lookup, class {_class_name(table)}(Lookup, table=True), or correct the "
                "name.",
            )


def _wrong_columns(entity: type[Entity]) -> Iterator[tuple[str | None, str, str]]:
    seen: dict[str, str] = {normal_name("EntityName"): "the parameter EntityName"}
    for column in entity.columns():
        if other := seen.get(normal_name(column.code)):
            yield (
                column.name,
                f"Its code {column.code} is that of {other}.",
                "Give the column another name, or another code.",
            )
        seen[normal_name(column.code)] = f"the column {column.name}"
        if column.required and not can_cast_to(column.type):
            yield (
                column.name,
                f"No webhook can fill a required column of type {column.type.__name__}.",
                "Let it be empty (| None = None), or give it a type that can be sent.",
            )


def _wrong_key(entity: type[Entity]) -> Iterator[tuple[str | None, str, str]]:
    key = entity.business_key
    columns = {column.name: column for column in entity.columns()}
    for name in key.columns if key else ():
        if name not in columns:
            yield "business_key", f"It names {name}, which is no column.", "Correct the name."
        elif not columns[name].required:
            yield (
                name,
                "A column of the business key may not be empty.",
                f"Make it required: {name}: str = text(100, required=True).",
            )


def _wrong_details(entity: type[Entity]) -> Iterator[tuple[str | None, str, str]]:
    for code, detail in entity.details.items():
        if not issubclass(detail, Detail) or not hasattr(detail, "__table__"):
            yield "details", f"{code} is no detail.", "Base its class on Detail, with table=True."
        elif detail.parent_column(str(entity.__tablename__)) is None:
            yield (
                "details",
                f"{detail.__name__} does not point to {entity.code()}.",
                f'Add to it {entity.__tablename__}_id: UUID = parent("{entity.__tablename__}").',
            )
        elif entity.column_for(code):
            yield "details", f"{code} is a column as well.", "Name one of them otherwise."
        else:
            for name, reason, advice in _lookups_to_nowhere(detail):
                yield "details", f"{detail.__name__}.{name}: {reason}", advice


def _wrong_person(entity: type[OfPerson]) -> Iterator[tuple[str | None, str, str]]:
    person = getattr(entity, "person", None)
    if not isinstance(person, PersonColumns):
        yield (
            None,
            "It does not say who the person is.",
            'Add person: ClassVar = PersonColumns(emails=("email",)), or base it on Entity.',
        )
        return
    known = set(entity.__table__.columns.keys())  # type: ignore[attr-defined]
    named = (person.full_name, person.given_name, person.middle_name, person.surname)
    every = (*named, *person.emails, *person.phones, person.country, *person.fills.values())
    for name in every:
        if name is not None and name not in known:
            yield "person", f"It names {name}, which is no column.", "Correct the name."


def _class_name(table: str) -> str:
    return "".join(part.capitalize() for part in table.split("_"))
