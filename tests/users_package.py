"""A package of a user's, installed for the length of a test."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import invalidate_caches
from pathlib import Path
from textwrap import dedent

import flows.entities
import models.entities
from models.extending.discovery import forget
from models.migrations import histories

IMPORTS = """\
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from models.entity import BusinessKey, Detail, Entity, Lookup, OfPerson, lookup, money, parent, text
from models.matching.options import PersonColumns


"""
"""What an entity's file begins with; the line after it is the tenth."""

BADGE = '''\
class Badge(Entity, table=True):
    """A badge."""

    number: str = text(20, required=True)
'''
"""An entity that works."""


@contextmanager
def users_package(folder: Path, name: str, **files: str) -> Iterator[Path]:
    """Install a package with these files of entities, or of flows (`flow_…`), and return it."""
    package = folder / name
    for part in ("entities", "flows"):
        (package / part).mkdir(parents=True)
        (package / part / "__init__.py").touch()
    (package / "__init__.py").touch()
    for file, text in files.items():
        part = "flows" if file.startswith("flow_") else "entities"
        written = dedent(text) if part == "flows" else IMPORTS + dedent(text)
        (package / part / f"{file.removeprefix('flow_')}.py").write_text(written)
    with installed(folder, name):
        yield package


@contextmanager
def installed(folder: Path, name: str) -> Iterator[None]:
    """Have a package that lies in a folder be installed, for a block."""
    _register(folder, name)
    sys.path.insert(0, str(folder))
    _look_again()
    try:
        yield
    finally:
        forget(histories.tables_of(name))
        sys.path.remove(str(folder))
        for module in [each for each in sys.modules if each.split(".")[0] == name]:
            del sys.modules[module]
        _look_again()


def _register(folder: Path, name: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[hookline.entities]\n{name} = {name}.entities\n\n"
        f"[hookline.flows]\n{name} = {name}.flows\n"
    )


def _look_again() -> None:
    """Forget what was found, so that it is looked for again."""
    invalidate_caches()
    for found in (
        models.entities.entities,
        models.entities._found,
        models.entities._entities_by_name,
        flows.entities._found,
        histories.packages,
        histories._histories,
    ):
        found.cache_clear()
