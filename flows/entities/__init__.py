"""What follows once an entity's records are made: one file an entity that needs it.

A file is named for the entity's table, and holds a flow of the same name that takes record ids.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from prefect import Flow, State

from models.entities import entities

Subflow = Flow[[list[UUID]], State[None]]

MOST_IDS = 1000
"""Record ids in one subflow run: Prefect takes parameters of at most 512 KB."""


def run_subflows(records: Mapping[str, Sequence[UUID]]) -> list[str]:
    """Run each entity's subflow with its records' ids, and name those that failed.

    A subflow that fails undoes no record, and keeps no other from running.
    """
    failed = []
    for entity, ids in records.items():
        if subflow := subflow_of(entity):
            pages = [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]
            if not all([_completes(subflow, page) for page in pages]):
                failed.append(subflow.name)
    return failed


def _completes(subflow: Subflow, record_ids: Sequence[UUID]) -> bool:
    state: Any = subflow(list(record_ids), return_state=True)
    return bool(state.is_completed())


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
