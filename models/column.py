"""A column as a webhook may fill it, and the words to declare one.

event: str = text(100, required=True)    # without it, no record is made
ticket: str | None = text(50)
fee: Decimal | None = money()
country_id: UUID | None = lookup("country")
seats: int = 1                           # a default
starts_at: datetime | None = None        # any type that SQLModel knows
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from pydantic_core import PydanticUndefined
from sqlalchemy import Column as TableColumn
from sqlalchemy import Numeric, Table, TypeDecorator
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault
from sqlmodel import Field


@dataclass(frozen=True)
class Column:
    """One column of an entity, as a webhook may fill it."""

    name: str
    code: str
    type: type
    length: int | None = None
    digits: tuple[int, int] | None = None
    lookup: str | None = None
    """The table whose rows it points to."""
    by_name: bool = False
    """Whether the name of such a row will do in place of its id."""
    required: bool = False
    """Whether no record is made without it."""
    default: Any = None
    """What it gets where the webhook brings nothing: a value, or a function that makes one."""

    def default_value(self) -> Any:
        """Return what it gets where the webhook brings nothing."""
        return self.default() if callable(self.default) else self.default


def text(
    length: int | None = 250,
    code: str | None = None,
    *,
    required: bool = False,
    default: str | None = None,
) -> Any:
    """Declare a text column of at most `length` characters: `str | None`, or `str` if required."""
    return Field(default=_start(required, default), max_length=length, sa_column_kwargs=_info(code))


def lookup(
    table: str, code: str | None = None, index: bool = False, *, required: bool = False
) -> Any:
    """Declare a lookup column that holds the id of a row of `table`: `UUID | None`, or `UUID`."""
    return Field(
        default=_start(required),
        foreign_key=f"{table}.id",
        index=index,
        sa_column_kwargs=_info(code),
    )


def money(code: str | None = None, *, required: bool = False) -> Any:
    """Declare an amount, `Decimal | None`, with 11 digits before the point and 4 behind it.

    15 digits are what SQLite, which keeps decimals as floating point, returns exactly.
    """
    return Field(
        default=_start(required), max_digits=15, decimal_places=4, sa_column_kwargs=_info(code)
    )


def parent(table: str) -> Any:
    """Declare, in a detail, the column that points to the record that a row belongs to: `UUID`."""
    return Field(
        foreign_key=f"{table}.id",
        index=True,
        ondelete="CASCADE",
        sa_column_kwargs={"info": {"ours_alone": True}},
    )


def _start(required: bool, default: Any = None) -> Any:
    return PydanticUndefined if required else default


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


def columns_of(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table that a webhook may fill."""
    return tuple(_column(each) for each in table.columns if _is_open(each))


def _is_open(column: TableColumn[Any]) -> bool:
    return column.name not in OURS_ALONE and not column.info.get("ours_alone")


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
        by_name=target is not None and _names_rows(target.column.table),
        required=not column.nullable and column.default is None and column.server_default is None,
        default=_default(column),
    )


def _names_rows(table: Table) -> bool:
    """Say whether a name in the table is that of one row alone."""
    return "name" in table.c and bool(table.c.name.unique)


def _default(column: TableColumn[Any]) -> Any:
    made = column.default
    if isinstance(made, CallableColumnDefault):
        # It takes the context of a statement, and here there is none.
        return partial(made.arg, None)  # type: ignore[arg-type]
    return made.arg if isinstance(made, ScalarElementColumnDefault) else None


def _digits(numeric: Any) -> tuple[int, int] | None:
    if isinstance(numeric, Numeric) and numeric.precision is not None:
        return numeric.precision, numeric.scale or 0
    return None
