"""What every entity is made of: the base tables, and their columns by code.

An entity is a SQLModel table. Its columns are read off the table itself, so that whatever
SQLModel can type, a webhook can fill.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as text_of_sql
from sqlalchemy.orm import declared_attr
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field, SQLModel

from models.column import (
    Column,
    columns_of,
    lookup,
    money,
    normal_name,
    parent,
    pascal_case,
    text,
)
from models.identity import new_id, utc_now
from models.matching.attribution import AttributionColumns
from models.matching.options import PersonColumns, SearchOptions, options_from

__all__ = [  # an entity's file needs this one import
    "BusinessKey",
    "Column",
    "Detail",
    "Entity",
    "Lookup",
    "OfPerson",
    "WithColumns",
    "lookup",
    "money",
    "normal_name",
    "parent",
    "pascal_case",
    "text",
]


@dataclass(frozen=True)
class BusinessKey:
    """The columns by which the outside tells one record of an entity from another.

    What becomes of a second webhook with the same values in them: it updates the columns that it
    brings, or is refused.
    """

    columns: tuple[str, ...]
    updates: bool

    @classmethod
    def that_updates(cls, *columns: str) -> "BusinessKey":
        """Name the columns; a second webhook updates the record."""
        return cls(columns, updates=True)

    @classmethod
    def that_refuses(cls, *columns: str) -> "BusinessKey":
        """Name the columns; a second webhook is Failed, and says so."""
        return cls(columns, updates=False)


class WithColumns(SQLModel):
    """A table whose columns webhooks fill, by their codes."""

    id: UUID = Field(default_factory=new_id, primary_key=True)

    @classmethod
    def code(cls) -> str:
        """Return its name in webhooks: `FormSubmit`."""
        return cls.__name__

    @classmethod
    def columns(cls) -> tuple[Column, ...]:
        """Return the columns that a webhook may fill."""
        return _columns(cls)

    @classmethod
    def column_for(cls, parameter: str) -> "Column | None":
        """Find the column that a parameter names: by its code, whatever the case and `_`, `-`.

        That of a lookup goes without `Id`, too.
        """
        return _columns_by_name(cls).get(normal_name(parameter))


class Detail(WithColumns):
    """Rows that belong to a record, such as the lines of an order, from a list in the webhook."""

    position: int = Field(default=0, sa_column_kwargs={"info": {"ours_alone": True}})
    """Its place in the list, from 0."""

    @classmethod
    def parent_column(cls, table: str) -> str | None:
        """Return the column that points to the record of this table that a row belongs to."""
        for key in cls.__table__.foreign_keys:  # type: ignore[attr-defined]
            if key.target_fullname == f"{table}.id" and key.parent.info.get("ours_alone"):
                return str(key.parent.name)
        return None


class Entity(WithColumns):
    """A type of CRM object; a subclass with `table=True` in models/entities/ is one more."""

    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names that senders use for it."""
    business_key: ClassVar[BusinessKey | None] = None
    """What tells one record from another, where it has such columns."""
    details: ClassVar[Mapping[str, type[Detail]]] = {}
    """Which lists in a webhook become rows of their own, by the list's parameter."""
    has_steps: ClassVar[bool] = False
    """Whether its subflow has steps of its own, so that each record keeps how far it has come."""

    created_at: datetime = Field(default_factory=utc_now)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[SchemaItem, ...]:
        """Have the database keep the business key unique, too."""
        return (UniqueConstraint(*cls.business_key.columns),) if cls.business_key else ()


class OfPerson(Entity):
    """An entity whose columns name a person, for whom a contact is searched or made.

    A subclass says in one line, `person`, which columns those are.
    """

    person: ClassVar[PersonColumns]
    attribution: ClassVar[AttributionColumns | None] = None
    """Which columns say where the person came from, where it has them."""

    contact_id: UUID | None = Field(default=None, foreign_key="contact.id", index=True)
    contact_searched_at: datetime | None = Field(
        default=None, sa_column_kwargs={"info": {"ours_alone": True}}
    )
    """When its contact was decided on; until then it waits."""

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[SchemaItem, ...]:
        """Index the records that wait for their contact, and no others."""
        waits = text_of_sql("contact_searched_at IS NULL")
        name = f"ix_{cls.__tablename__}_waits_for_contact"
        waiting = Index(name, "created_at", "id", postgresql_where=waits, sqlite_where=waits)
        return (*super().__table_args__, waiting)

    def define_search_options(self) -> SearchOptions:
        """Define who is searched for: what stands in the columns that `person` names.

        An entity for which a line is not enough replaces this step by a method of its own.
        """
        return options_from(self.person, vars(self))


class Lookup(SQLModel):
    """A list of values that records point to by id; a subclass with `table=True` is one more."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=250, unique=True)


@cache
def _columns(entity: type[WithColumns]) -> tuple[Column, ...]:
    return columns_of(entity.__table__)  # type: ignore[attr-defined]


@cache
def _columns_by_name(entity: type[WithColumns]) -> dict[str, Column]:
    columns = entity.columns()
    # `Country` names the row that `CountryId` points to, unless it is a column itself.
    by_name = {normal_name(each.code.removesuffix("Id")): each for each in columns if each.by_name}
    return by_name | {normal_name(column.code): column for column in columns}
