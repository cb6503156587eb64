"""A mapping checked before it is believed: its expressions, and the columns that it fills."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from pydantic import ValidationError

from models.entities import entities, find_entity
from models.entity import Entity, WithColumns, normal_name
from models.mapping.definition import Mapping, Value
from models.reading.completing import detail_for

NEAREST = 3
"""Columns that are named, at most, where one is not there."""


def in_words(error: ValidationError) -> list[str]:
    """Say what is wrong with a definition, a sentence for each thing, with where it stands."""
    return [f"{_place(each['loc'])}: {_message(each['msg'])}" for each in error.errors()]


def _place(loc: Sequence[int | str]) -> str:
    """Write a place as people count: `map 1, columns.Email`."""
    words: list[str] = []
    for part in loc:
        if isinstance(part, int):
            words[-1:] = [f"{words[-1]} {part + 1}"] if words else [str(part + 1)]
        else:
            words.append(part)
    return ", ".join(words) or "the whole"


def _message(message: str) -> str:
    return message.removeprefix("Value error, ")


def problems(mappings: Iterable[Mapping], default_entity: str | None) -> list[str]:
    """Say which columns or entities of mappings there are not; nothing where all is well.

    Args:
        mappings: those of a source, which are well formed.
        default_entity: what its webhooks make where neither mapping nor request says.
    """
    return [
        f"map {number}, {problem}"
        for number, mapping in enumerate(mappings, 1)
        for problem in _problems(mapping, default_entity)
    ]


def _problems(mapping: Mapping, default_entity: str | None) -> Iterator[str]:
    for code in _entities_of(mapping, default_entity):
        entity = find_entity(code)
        if entity is None:
            known = ", ".join(sorted(entities()))
            yield f'entity: there is no entity "{code}". There are {known}.'
        else:
            yield from _columns_missing(mapping, entity)


def _entities_of(mapping: Mapping, default_entity: str | None) -> list[str]:
    """Return the entities that are certain beforehand."""
    if mapping.entity is None:
        return [default_entity] if default_entity else []
    constants = [mapping.entity.value, mapping.entity.default, *mapping.entity.values.values()]
    return [str(each) for each in dict.fromkeys(constants) if each is not None]


def _columns_missing(mapping: Mapping, entity: type[Entity]) -> Iterator[str]:
    for code, value in mapping.columns.items():
        detail = detail_for(entity, code)
        if detail is not None and value.each is not None:
            yield from (_missing(detail, each, f"{code}.") for each in _unknown(detail, value))
        elif detail is None and entity.column_for(code) is None:
            yield _missing(entity, code)


def _unknown(detail: type[WithColumns], value: Value) -> list[str]:
    return [code for code in value.columns if detail.column_for(code) is None]


def _missing(table: type[WithColumns], code: str, at: str = "") -> str:
    near = _nearest(table, code)
    meant = f" Is {' or '.join(near)} meant?" if near else ""
    return f"columns.{at}{code}: {table.code()} has no column {code}.{meant}"


def _nearest(table: type[WithColumns], code: str) -> list[str]:
    codes = {normal_name(each.code): each.code for each in table.columns()}
    near = get_close_matches(normal_name(code), list(codes), NEAREST)
    return [codes[each] for each in near]
