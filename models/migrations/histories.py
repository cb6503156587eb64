"""Where the histories of users' packages lie, and which tables are whose."""

import importlib.util
import sys
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from models.entities import entities
from models.extending.discovery import Refusal, known_tables, refusal_of

GROUPS = ("hookline.entities", "hookline.flows")
FOLDER = "migrations"
OURS = "models"


@cache
def packages() -> dict[str, Path]:
    """Return the packages that bring entities or flows, each with its folder."""
    names = {point.module.split(".")[0] for group in GROUPS for point in entry_points(group=group)}
    found = {}
    for name in sorted(names - {OURS, "flows"}):
        spec = importlib.util.find_spec(name)
        if spec and spec.submodule_search_locations:
            found[name] = Path(next(iter(spec.submodule_search_locations)))
    return found


def folders() -> dict[str, Path]:
    """Return the folders of the users' migrations that can be read, by their package."""
    return _histories()[0]


def refusals() -> tuple[Refusal, ...]:
    """Return why histories are left out, in words for whoever wrote them."""
    return _histories()[1]


@cache
def _histories() -> tuple[dict[str, Path], tuple[Refusal, ...]]:
    found, refused = {}, []
    for name, folder in packages().items():
        files = sorted((folder / FOLDER).glob("*.py"))
        broken = [refusal for file in files if (refusal := _refusal(file))]
        refused += broken
        if (folder / FOLDER).is_dir() and not broken:
            found[name] = folder / FOLDER
    return found, tuple(refused)


def _refusal(file: Path) -> Refusal | None:
    """Say what is wrong with a file of migrations, None where it can be read."""
    spec = importlib.util.spec_from_file_location(f"migration_{file.stem}", file)
    assert spec and spec.loader  # noqa: S101  it ends in .py
    wrote, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    except Exception as error:
        return refusal_of(str(file), error)
    finally:
        sys.dont_write_bytecode = wrote
    return None


def tables_of(package: str) -> set[str]:
    """Return the names of the tables that the classes of a package define."""
    entities()
    return {
        str(each.__tablename__)
        for each in known_tables()
        if each.__module__.split(".")[0] == package
    }
