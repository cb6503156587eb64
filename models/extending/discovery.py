"""Files that bring entities and flows: found in our folders and through entry points, or refused.

A file that is broken is refused with its place and what to do, and stops no other.
"""

import importlib
import inspect
import logging
import pkgutil
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from sqlalchemy import inspect as inspect_mapping
from sqlalchemy.orm import configure_mappers
from sqlmodel import SQLModel

log = logging.getLogger(__name__)

NO_ONES_FAULT = {Path(__file__), Path(importlib.__file__)}
"""Files through which every import goes."""


@dataclass(frozen=True)
class Refusal:
    """Why a file is left out: where, what is wrong, and what to do."""

    file: str
    line: int | None
    reason: str
    advice: str

    def __str__(self) -> str:
        at = f"{self.file}:{self.line}" if self.line else self.file
        return f"{at}: {self.reason} {self.advice}"


class RefusedError(Exception):
    """A file, or a class in it, cannot be taken; it carries the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def modules(own_folder: str, group: str) -> Iterator[str]:
    """Yield the names of the modules in a folder of ours, then of those that packages bring.

    An entry point of the group names a module, or a folder each of whose files is one.

    Args:
        own_folder: the dotted name of our folder.
        group: the entry points' group, such as `hookline.entities`.
    """
    yield from _files_in(own_folder)
    named = {(each.module, each) for each in entry_points(group=group)}
    for module, point in sorted(named, key=lambda pair: pair[0]):
        if not module.startswith(f"{own_folder}."):
            yield from _files_in(module) if _is_folder(point) else [module]


def _files_in(folder: str) -> Iterator[str]:
    spec = find_spec(folder)
    for each in pkgutil.iter_modules(spec.submodule_search_locations if spec else None):
        yield f"{folder}.{each.name}"


def _is_folder(point: EntryPoint) -> bool:
    try:
        spec = find_spec(point.module)
    except Exception:  # what is wrong shows again, and is said, when it is loaded
        return False
    return spec is not None and spec.submodule_search_locations is not None


def load(module: str) -> ModuleType:
    """Import a module; where it cannot be, forget the tables that it had made by then.

    Raises:
        RefusedError: it is broken; the refusal names the line.
    """
    known = set(SQLModel.metadata.tables)
    try:
        loaded = importlib.import_module(module)
        configure_mappers()  # a relationship that leads nowhere shows here, not in some later query
        return loaded
    except (Exception, SystemExit) as error:
        forget(set(SQLModel.metadata.tables) - known)
        raise RefusedError(refusal_of(file_of(module), error)) from error


def forget(tables: set[str]) -> None:
    """Take tables out of what is known, with their classes, so that they harm no other."""
    registry = SQLModel._sa_registry
    for each in known_tables():
        if each.__tablename__ in tables and (mapper := inspect_mapping(each, raiseerr=False)):
            # There is no public way to give up one class and keep the others.
            registry._dispose_manager_and_mapper(mapper.class_manager)
            registry._managers.pop(mapper.class_manager, None)
    for table in tables & SQLModel.metadata.tables.keys():
        SQLModel.metadata.remove(SQLModel.metadata.tables[table])


def known_tables(base: type[SQLModel] = SQLModel) -> Iterator[type[SQLModel]]:
    """Yield the classes whose tables are known; a class that was left out is not among them."""
    for each in base.__subclasses__():
        table = getattr(each, "__table__", None)
        if table is not None and SQLModel.metadata.tables.get(table.name) is table:
            yield each
        yield from known_tables(each)


def refusal_of(file: str, error: BaseException) -> Refusal:
    """Turn what a file raised when it was read into a refusal that points to its line."""
    if isinstance(error, SyntaxError):
        return Refusal(error.filename or file, error.lineno, f"{error.msg}.", "Correct the line.")
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<frozen") and Path(frame.filename) not in NO_ONES_FAULT
    ]
    at = [frame for frame in frames if Path(frame.filename) == Path(file)] or frames
    reason = f"{type(error).__name__}: {_first_line(error)}"
    if not at:
        return Refusal(file, None, reason, _advice(error))
    return Refusal(at[-1].filename, at[-1].lineno, reason, _advice(error))


def _first_line(error: BaseException) -> str:
    line = str(error).partition("\n")[0].strip()
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _advice(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return "Install what it needs into this environment, or correct the entry point's name."
    if "already defined for this MetaData" in str(error):
        return "The table is taken by another file: give this one another __tablename__."
    if "has no matching SQLAlchemy type" in str(error) or "issubclass()" in str(error):
        return "Use a type that a column can have: text(), int, Decimal, bool, date, datetime."
    if "failed to initialize" in str(error) or "expression" in str(error):
        return "Correct the relationship: it leads to a class that is not there."
    return "Correct the line."


def file_of(module: str) -> str:
    """Return the file of a module, or its name where there is none."""
    try:
        spec = find_spec(module)
    except Exception:
        return module
    return spec.origin if spec and spec.origin else module


def refusal_at(thing: type, name: str | None, reason: str, advice: str) -> Refusal:
    """Make a refusal that points to a class, or to the line of it that begins with a name."""
    file = inspect.getsourcefile(thing) or thing.__module__
    lines, start = inspect.getsourcelines(thing)
    if name:
        begins = re.compile(rf"\s+{re.escape(name)}\b")
        start += next((at for at, line in enumerate(lines) if begins.match(line)), 0)
    return Refusal(file, start, reason, advice)
