"""Lookup columns: ids checked and names found, set-based, before anything is saved.

One query a lookup and chunk. What is not there empties its column, for a warning, or becomes a row
where the lookup allows it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from uuid import UUID

from sqlmodel import Session, SQLModel, col, select

from models.entity import Column, WithColumns
from models.identity import new_id
from models.looking_up.countries import country_code, folded
from models.lookups import LookupAlias, LookupSetting
from models.processing.part import Part
from models.reading.casting import Named
from models.reading.completing import completed
from models.reading.drafting import Draft
from models.reading.parse_error import ParseError
from models.reading.value_errors import lookup_name_not_found, lookup_not_found
from models.setwise.writing import insert_missing

MOST_IDS = 10_000
"""Ids in one query."""


@dataclass
class _Lookup:
    """One lookup: what a chunk wants of it, and what of that there is."""

    table: str
    wanted_ids: set[UUID] = field(default_factory=set)
    wanted_names: dict[str, str] = field(default_factory=dict)
    """As they were sent, by their folded form."""
    ids: set[UUID] = field(default_factory=set)
    names: dict[str, UUID] = field(default_factory=dict)
    """The rows by every folded name that they go by."""
    creates: bool = False

    def missing(self) -> list[str]:
        return [name for key, name in self.wanted_names.items() if key not in self.names]


def with_lookups(session: Session, parts: Sequence[Part], *, create: bool) -> list[Part]:
    """Give lookup columns the ids of their rows; empty those whose row is not there, and say so.

    Args:
        session: the transaction that makes the records.
        parts: what webhooks come to.
        create: whether a name that is missing becomes a row where its lookup allows it. Otherwise
            it stays a name.
    """
    lookups = _wanted(parts)
    if not lookups:
        return list(parts)
    for lookup in lookups.values():
        _read(session, lookup)
    _read_aliases(session, [each for each in lookups.values() if each.missing()])
    _read_settings(session, [each for each in lookups.values() if each.missing()])
    if create:
        for lookup in lookups.values():
            _create(session, lookup)
    return [replace(part, draft=_settled(part.draft, lookups, create)) for part in parts]


def _wanted(parts: Iterable[Part]) -> dict[str, _Lookup]:
    lookups: dict[str, _Lookup] = {}
    for part in parts:
        for _, column, values in _places(part.draft):
            value, table = values[column.name], str(column.lookup)
            lookup = lookups.setdefault(table, _Lookup(table))
            if isinstance(value, Named):
                lookup.wanted_names.setdefault(folded(value.name), value.name)
            else:
                lookup.wanted_ids.add(value)
    return lookups


def _places(draft: Draft) -> Iterator[tuple[str, Column, dict[str, Any]]]:
    """Yield each lookup column that has a value, its name in errors, and the values it is among."""
    if draft.entity is None:
        return
    for column in _lookup_columns(draft.entity):
        if draft.values.get(column.name) is not None:
            yield column.code, column, draft.values
    if not draft.details:
        return
    lists = {detail: code for code, detail in draft.entity.details.items()}
    for detail, rows in draft.details.items():
        for column in _lookup_columns(detail):
            for row in rows:
                if row.get(column.name) is not None:
                    yield f"{lists[detail]}[{row['position']}].{column.code}", column, row


@cache
def _lookup_columns(table: type[WithColumns]) -> tuple[Column, ...]:
    return tuple(column for column in table.columns() if column.lookup)


def _read(session: Session, lookup: _Lookup) -> None:
    """Read the rows that are wanted by their ids; where names are wanted, all of them."""
    table = SQLModel.metadata.tables[lookup.table]
    if not lookup.wanted_names:
        wanted = list(lookup.wanted_ids)
        for start in range(0, len(wanted), MOST_IDS):
            ids = wanted[start : start + MOST_IDS]
            lookup.ids |= set(session.scalars(select(table.c.id).where(table.c.id.in_(ids))))
        return
    columns = [table.c[each] for each in ("name", "alpha_2", "codes") if each in table.c]
    for row_id, *texts in session.execute(select(table.c.id, *columns)):
        lookup.ids.add(row_id)
        for key in _keys(texts):
            lookup.names.setdefault(key, row_id)
    if "alpha_2" in table.c:  # countries go by more names than their rows have
        for key in lookup.wanted_names:
            row_id = lookup.names.get(folded(country_code(key) or ""))
            if row_id is not None:
                lookup.names.setdefault(key, row_id)


def _keys(texts: Sequence[str | None]) -> Iterator[str]:
    """Yield what a row goes by: its name, its code, and the codes that are a list."""
    name, *codes = texts
    yield folded(name or "")
    for code in codes:
        yield from (folded(each) for each in (code or "").split(",") if each.strip())


def _read_aliases(session: Session, lookups: Sequence[_Lookup]) -> None:
    by_table = {lookup.table: lookup for lookup in lookups}
    if not by_table:
        return
    for alias in session.exec(select(LookupAlias).where(col(LookupAlias.lookup).in_(by_table))):
        lookup = by_table[alias.lookup]
        if alias.row_id in lookup.ids:
            lookup.names.setdefault(folded(alias.name), alias.row_id)


def _read_settings(session: Session, lookups: Sequence[_Lookup]) -> None:
    by_table = {lookup.table: lookup for lookup in lookups}
    if not by_table:
        return
    for setting in session.exec(
        select(LookupSetting).where(col(LookupSetting.lookup).in_(by_table))
    ):
        by_table[setting.lookup].creates = setting.creates_missing


def _create(session: Session, lookup: _Lookup) -> None:
    """Make rows of the names that are missing; another run may make the same at this moment."""
    table = SQLModel.metadata.tables[lookup.table]
    longest = getattr(table.c.name.type, "length", None) or 250
    names = sorted(name for name in lookup.missing() if 0 < len(name) <= longest)
    if not lookup.creates or not names or not can_be_made_of_names(lookup.table):
        return
    insert_missing(session, table, [{"id": new_id(), "name": name} for name in names])
    for row_id, name in session.execute(
        select(table.c.id, table.c.name).where(table.c.name.in_(names))
    ):
        lookup.ids.add(row_id)
        lookup.names.setdefault(folded(name), row_id)


def can_be_made_of_names(table: str) -> bool:
    """Say whether a row of a lookup needs nothing but its name."""
    return not any(
        not (column.nullable or column.default or column.server_default)
        for column in SQLModel.metadata.tables[table].c
        if column.name not in ("id", "name")
    )


def _settled(draft: Draft, lookups: Mapping[str, _Lookup], create: bool) -> Draft:
    for at, column, values in list(_places(draft)):
        assert draft.entity is not None  # noqa: S101  a draft without one has no values
        lookup, value = lookups[str(column.lookup)], values[column.name]
        if isinstance(value, Named):
            found = lookup.names.get(folded(value.name))
            if found is not None:
                values[column.name] = found
            if found is not None or (lookup.creates and not create):
                continue
            error = lookup_name_not_found(at, draft.entity.code(), lookup.table, value.name)
        elif value in lookup.ids:
            continue
        else:
            error = lookup_not_found(at, draft.entity.code(), lookup.table, str(value))
        if values is draft.values:
            draft = draft.without(column, error)
        else:
            draft = _without_in_row(draft, column, values, error)
    return draft


def _without_in_row(draft: Draft, column: Column, row: dict[str, Any], error: ParseError) -> Draft:
    """Leave a column of a detail's row empty for the error that is its reason."""
    row[column.name] = None
    full, missing = completed(row, [column], str(error.column).partition("[")[0])
    row.update(full)
    at = [replace(each, column=error.column) for each in missing]
    return replace(draft, errors=(*draft.errors, error, *at))
