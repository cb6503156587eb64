"""The entities that webhooks can create: one file each, found by themselves.

Files of this folder come first, then those that installed packages bring through an entry point of
the group `hookline.entities`. One that is broken, or whose code is taken, is left out, and said.
"""

import logging
from functools import cache
from types import ModuleType

from sqlmodel import SQLModel

import models.lookups  # noqa: F401  entities point to its tables
from models.entity import Entity, OfPerson, normal_name
from models.extending.checking import check, names_taken, tables_in
from models.extending.discovery import Refusal, RefusedError, forget, load, modules

GROUP = "hookline.entities"

log = logging.getLogger(__name__)


@cache
def entities() -> dict[str, type[Entity]]:
    """Return every entity by its code: those of this folder, and those that packages bring."""
    return _found()[0]


def refusals() -> tuple[Refusal, ...]:
    """Return why files are left out, in words for whoever wrote them."""
    return _found()[1]


@cache
def _found() -> tuple[dict[str, type[Entity]], tuple[Refusal, ...]]:
    loaded, refused = _load_all()
    found, left_out = _take(loaded)
    while left_out:  # what points to a file that was left out cannot stay either
        refused += left_out.values()
        loaded = [module for module in loaded if module.__name__ not in left_out]
        found, left_out = _take(loaded)
    for refusal in refused:
        log.error("%s", refusal)
    return found, tuple(refused)


def _load_all() -> tuple[list[ModuleType], list[Refusal]]:
    loaded, refused = [], []
    for name in modules(__name__, GROUP):
        try:
            loaded.append(load(name))
        except RefusedError as error:
            refused.append(error.refusal)
    return loaded, refused


def _take(loaded: list[ModuleType]) -> tuple[dict[str, type[Entity]], dict[str, Refusal]]:
    """Take the entities of files; a file with one that cannot be taken is left out as a whole."""
    found: dict[str, type[Entity]] = {}
    left_out: dict[str, Refusal] = {}
    for module in loaded:
        try:
            of_file = {each.code(): each for each in tables_in(module, Entity)}
            for entity in of_file.values():
                check(entity)
                names_taken(entity, found)
            found |= of_file
        except RefusedError as error:
            left_out[module.__name__] = error.refusal
            forget({str(each.__tablename__) for each in tables_in(module, SQLModel)})
    return found, left_out


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
