"""What every entity is made of: the base table, its columns by code, the words to write them.

An entity is a SQLModel table. Its columns are read off the table itself, so that whatever
SQLModel can type, a webhook can fill.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column as TableColumn
from sqlalchemy import Index, Numeric, TypeDecorator
from sqlalchemy import text as text_of_sql
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from models.attribution import AttributionColumns
from models.identity import new_id, utc_now
from models.matching.options import PersonColumns, SearchOptions, options_from


class Entity(SQLModel):
    """A type of CRM object; a subclass with `table=True` in models/entities/ is one more."""

    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names that senders use for it."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = Field(default_factory=utc_now)

    @classmethod
    def code(cls) -> str:
        """Return the name by which webhooks ask for this entity: `FormSubmit`."""
        return cls.__name__

    @classmethod
    def columns(cls) -> tuple["Column", ...]:
        """Return the columns that a webhook may fill."""
        return _columns(cls)

    @classmethod
    def column_for(cls, parameter: str) -> "Column | None":
        """Find the column that a parameter names: by its code, whatever the case and `_`, `-`."""
        return _columns_by_name(cls).get(normal_name(parameter))


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
    def __table_args__(cls) -> tuple[Index, ...]:
        """Index the records that wait for their contact, and no others."""
        waits = text_of_sql("contact_searched_at IS NULL")
        name = f"ix_{cls.__tablename__}_waits_for_contact"
        return (Index(name, "created_at", "id", postgresql_where=waits, sqlite_where=waits),)

    def define_search_options(self) -> SearchOptions:
        """Define who is searched for: what stands in the columns that `person` names.

        An entity for which a line is not enough replaces this step by a method of its own.
        """
        return options_from(self.person, vars(self))


class Lookup(SQLModel):
    """A list of values that records point to by id; a subclass with `table=True` is one more."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=250, unique=True)


@dataclass(frozen=True)
class Column:
    """One column of an entity, as a webhook may fill it."""

    name: str
    code: str
    type: type
    length: int | None = None
    digits: tuple[int, int] | None = None
    lookup: str | None = None


def text(length: int | None = 250, code: str | None = None) -> Any:
    """Declare a text column, `str | None`, of at most `length` characters."""
    return Field(default=None, max_length=length, sa_column_kwargs=_info(code))


def lookup(table: str, code: str | None = None, index: bool = False) -> Any:
    """Declare a lookup column, `UUID | None`, that holds the id of a row of `table`."""
    return Field(default=None, foreign_key=f"{table}.id", index=index, sa_column_kwargs=_info(code))


def money(code: str | None = None) -> Any:
    """Declare an amount, `Decimal | None`, with 11 digits before the point and 4 behind it.

    15 digits are what SQLite, which keeps decimals as floating point, returns exactly.
    """
    return Field(default=None, max_digits=15, decimal_places=4, sa_column_kwargs=_info(code))


def _info(code: str | None) -> dict[str, Any]:
    return {"info": {"code": code} if code else {}}


def normal_name(name: str) -> str:
    """Fold what people write differently in a name: `mobile_phone` and `MobilePhone` are one."""
    return "".join(name.split()).replace("_", "").replace("-", "").casefold()


def pascal_case(name: str) -> str:
    """Turn a column's name into its code: `mobile_phone` is `MobilePhone`."""
    return "".join(part.capitalize() for part in name.split("_"))


OURS_ALONE = {"id", "created_at"}
"""Columns that no webhook may fill."""


@cache
def _columns(entity: type[Entity]) -> tuple[Column, ...]:
    table = entity.__table__  # type: ignore[attr-defined]
    return tuple(_column(each) for each in table.columns if _is_open(each))


def _is_open(column: TableColumn[Any]) -> bool:
    return column.name not in OURS_ALONE and not column.info.get("ours_alone")


@cache
def _columns_by_name(entity: type[Entity]) -> dict[str, Column]:
    return {normal_name(column.code): column for column in entity.columns()}


def _column(column: TableColumn[Any]) -> Column:
    sql_type = column.type
    if isinstance(sql_type, TypeDecorator):  # SQLModel's own text and datetime types
        sql_type = sql_type.impl_instance
    python_type = sql_type.python_type
    target = next(iter(column.foreign_keys), None)
    return Column(
        name=column.name,
        code=column.info.get("code") or pascal_case(column.name),
        type=python_type,
        length=getattr(sql_type, "length", None) if python_type is str else None,
        digits=_digits(sql_type) if python_type is Decimal else None,
        lookup=target.column.table.name if target is not None else None,
    )


def _digits(numeric: Any) -> tuple[int, int] | None:
    if isinstance(numeric, Numeric) and numeric.precision is not None:
        return numeric.precision, numeric.scale or 0
    return None
