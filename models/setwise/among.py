"""One of many: the condition that a column holds one of a batch's values, as one parameter.

`column.in_(values)` writes a parameter for each value. With five hundred ids, writing and reading
that text takes longer than the query itself, and no two batches share a plan.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Say that a column holds one of these values; with none of them, that no row is meant.

    Args:
        column: of a type that JSON can write, or a UUID.
        values: as Python has them; how many does not change the statement.
    """
    element = column.expression if hasattr(column, "expression") else column
    return _Among(element, bindparam(None, list(values), type_=_Many(element.type), unique=True))


class _Many(TypeDecorator[list[Any]]):
    """Values of a type, as one parameter: an array for PostgreSQL, a JSON list for SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose how the database takes them."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(self.of))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        """Write them as the database takes them."""
        if dialect.name == "postgresql" or value is None:
            return value
        write = self.of.dialect_impl(dialect).bind_processor(dialect)
        return json.dumps([write(each) if write else each for each in value])


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "_Among":
        """Stand in a WHERE as it is: SQLAlchemy would ask SQLite whether it `= 1`, by no index."""
        return self


@compiles(_Among, "postgresql")
def _as_array(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **how)} = ANY ({compiler.process(values, **how)})"


@compiles(_Among, "sqlite")
def _as_json(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = element.clauses
    listed = f"SELECT value FROM json_each({compiler.process(values, **how)})"  # noqa: S608  one parameter
    return f"{compiler.process(column, **how)} IN ({listed})"
