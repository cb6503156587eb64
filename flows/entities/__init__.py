"""What follows once an entity's records are made: one file an entity that needs it.

A file is named for the entity's table, and holds a flow of the same name that takes record ids.
Files of this folder come first, then those that installed packages bring through an entry point of
the group `hookline.flows`.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from types import ModuleType
from uuid import UUID

from prefect import Flow, State

from flows.running import run_within
from flows.search_and_create_contact import search_contacts_of
from models.entities import entities, entities_of_people
from models.extending.discovery import Refusal, RefusedError, load, modules

GROUP = "hookline.flows"

Subflow = Flow[[list[UUID]], State[None]]

log = logging.getLogger(__name__)

MOST_IDS = 12_000
"""Record ids in one subflow run: Prefect takes parameters of at most 512 KB, and an id has 39."""


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


def with_steps_of_their_own(records: Mapping[str, Sequence[UUID]]) -> dict[str, Sequence[UUID]]:
    """Leave out entities for which nothing follows but the search for their contacts."""
    return {entity: ids for entity, ids in records.items() if subflow_of(entity)}


def _completes(entity: str, record_ids: list[UUID]) -> bool:
    """Run the subflow of an entity: its own, or else the contact search where it names people."""
    if subflow := subflow_of(entity):
        return run_within(subflow, record_ids).is_completed()
    if entity in entities_of_people():
        return search_contacts_of(entity, record_ids).is_completed()
    return True


def subflow_of(entity: str) -> Subflow | None:
    """Return the flow for what follows once records of this entity are made, where it has one."""
    return _found()[0].get(entity)


def refusals() -> tuple[Refusal, ...]:
    """Return why files are left out, in words for whoever wrote them."""
    return _found()[1]


@cache
def _found() -> tuple[dict[str, Subflow], tuple[Refusal, ...]]:
    codes = {str(entity.__tablename__): code for code, entity in entities().items()}
    found: dict[str, Subflow] = {}
    refused: list[Refusal] = []
    for name in modules(__name__, GROUP):
        try:
            module = load(name)
            code, subflow = _subflow_in(module, codes)
            if code in found:
                raise RefusedError(_refusal(module, f"{code} has a subflow already.", REMOVE_IT))
            found[code] = subflow
        except RefusedError as error:
            refused.append(error.refusal)
            log.error("%s", error.refusal)
    return found, tuple(refused)


REMOVE_IT = "Remove this file, or the other."


def _subflow_in(module: ModuleType, codes: Mapping[str, str]) -> tuple[str, Subflow]:
    """Return the code of the entity that a file is for, and the flow in it.

    Raises:
        RefusedError: there is no such entity or no such flow, or it takes no record ids.
    """
    table = module.__name__.rpartition(".")[2]
    if table not in codes:
        raise RefusedError(
            _refusal(
                module,
                f"There is no entity with the table {table}.",
                "Name the file for the table of its entity; see whether that was refused.",
            )
        )
    flow = getattr(module, table, None)
    if not isinstance(flow, Flow) or next(iter(flow.parameters.properties), None) != "record_ids":
        raise RefusedError(
            _refusal(
                module,
                f"It has no flow {table} that takes record_ids first.",
                f"Write @flow above def {table}(record_ids: list[UUID]).",
            )
        )
    return codes[table], flow


def _refusal(module: ModuleType, reason: str, advice: str) -> Refusal:
    return Refusal(str(module.__file__), 1, reason, advice)
