"""What follows once an entity's records are made: one file an entity that needs it.

A file is named for the entity's table, and holds a flow of the same name that takes record ids.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from uuid import UUID

from prefect import Flow, State

from flows.running import run_within
from flows.search_and_create_contact import search_and_create_contact
from models.entities import entities, entities_of_people

Subflow = Flow[[list[UUID]], State[None]]

MOST_IDS = 1000
"""Record ids in one subflow run: Prefect takes parameters of at most 512 KB."""


def run_subflows(records: Mapping[str, Sequence[UUID]]) -> list[str]:
    """Run each entity's subflow with its records' ids, and name those that failed.

    A subflow that fails undoes no record, and keeps no other from running.
    """
    failed = []
    for entity, ids in records.items():
        for start in range(0, len(ids), MOST_IDS):
            if not _completes(entity, list(ids[start : start + MOST_IDS])):
                failed.append(f"the subflow of {entity}")
    return failed


def _completes(entity: str, record_ids: list[UUID]) -> bool:
    """Run the subflow of an entity: its own, or else the contact search where it names people."""
    if subflow := subflow_of(entity):
        return run_within(subflow, record_ids).is_completed()
    if entity in entities_of_people():
        return run_within(search_and_create_contact, entity, record_ids).is_completed()
    return True


def subflow_of(entity: str) -> Subflow | None:
    """Return the flow for what follows once records of this entity are made, where it has one."""
    return _subflows().get(entity)


@cache
def _subflows() -> dict[str, Subflow]:
    files = {module.name for module in pkgutil.iter_modules(__path__)}
    return {
        code: getattr(importlib.import_module(f"{__name__}.{table}"), table)
        for code, entity in entities().items()
        if (table := str(entity.__tablename__)) in files
    }
