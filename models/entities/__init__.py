"""The entities that webhooks can create: one file each, found by themselves."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

import models.lookups  # noqa: F401  entities point to its tables
from models.entity import Entity, OfPerson, normal_name


@cache
def entities() -> dict[str, type[Entity]]:
    """Return every entity by its code, those of this folder."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return {entity.code(): entity for entity in _tables_below(Entity)}


def _tables_below(base: type[Entity]) -> Iterator[type[Entity]]:
    for entity in base.__subclasses__():
        if hasattr(entity, "__table__"):
            yield entity
        yield from _tables_below(entity)


def entities_of_people() -> dict[str, type[OfPerson]]:
    """Return the entities whose records are tied to a contact, by code."""
    return {code: each for code, each in entities().items() if issubclass(each, OfPerson)}


def find_entity(name: str) -> type[Entity] | None:
    """Find an entity by its code or one of its aliases, whatever the case."""
    return _entities_by_name().get(normal_name(name))


@cache
def _entities_by_name() -> dict[str, type[Entity]]:
    return {
        normal_name(name): entity
        for entity in entities().values()
        for name in (*entity.aliases, entity.code())
    }
