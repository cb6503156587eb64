"""A new entity, written out: its file, what follows, its test, and the package around them."""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from string import Template

from models.entities import find_entity
from models.entity import pascal_case
from models.scaffold.columns import NewColumn, ScaffoldError, parse_columns
from models.scaffold.texts import words_for
from models.settings import IS_CHECKOUT, ROOT

__all__ = ["ScaffoldError", "new_entity"]

TEMPLATES = Path(__file__).parent / "templates"
OURS = {"flows", "models", "receiver", "tasks", "tests", "hookline", "prefect"}


@dataclass(frozen=True)
class NewEntity:
    """An entity that was asked for."""

    name: str
    """As a person writes it: `Event registration`."""
    columns: list[NewColumn]
    package: str | None
    """The package of the user's that it goes into; without one, it goes into Hookline's rooms."""

    @property
    def table(self) -> str:
        """Return its table, which its files are named for."""
        return "_".join(re.findall(r"[a-z0-9]+", self.name.lower()))

    @property
    def code(self) -> str:
        """Return its code."""
        return pascal_case(self.table)


def new_entity(
    name: str, columns: str, folder: Path, package: str | None = None, *, steps: bool = True
) -> list[Path]:
    """Write the files of a new entity, and return them.

    In Hookline's own checkout it goes into the rooms, elsewhere into a package of the user's, which
    is made where it is not there. Nothing that is there is ever changed.

    Args:
        name: as a person writes it.
        columns: see `parse_columns`.
        folder: where the package lies, or is to lie.
        package: its name; without one, a name that is like no other.
        steps: whether it gets a flow of its own for what follows.

    Raises:
        ScaffoldError: a name is taken or cannot be used, or a file is there already.
    """
    inside = IS_CHECKOUT and ROOT in (folder, *folder.parents)
    entity = NewEntity(name.strip(), parse_columns(columns), None if inside else package or "")
    _check_name(entity)
    if not inside:
        entity = NewEntity(entity.name, entity.columns, _package(entity, folder))
    texts = _in_checkout(steps) if inside else _in_package(entity, folder, steps)
    files = _filled(entity, ROOT if inside else folder, texts, steps=steps)
    for file in files:
        if file.exists():
            raise ScaffoldError(f"{file} is there already. Nothing was written.")
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return list(files)


def _check_name(entity: NewEntity) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", entity.table):
        raise ScaffoldError("An entity needs a name of 2 to 40 letters: Event registration.")
    if not entity.columns:
        raise ScaffoldError("An entity needs columns, such as full_name, email, seats:integer=1.")
    if find_entity(entity.code):
        raise ScaffoldError(
            f"There is an entity {entity.code} already. `hookline entity list` shows all."
        )


def _package(entity: NewEntity, folder: Path) -> str:
    """Return the name of the user's package: the one that is there, asked for, or a new one.

    Raises:
        ScaffoldError: it would be in the way of another package.
    """
    there = [each.parent.parent.name for each in folder.glob("*/entities/__init__.py")]
    name = entity.package or (there[0] if len(there) == 1 else f"hookline_{entity.table}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ScaffoldError(f"A package cannot be called {name}: use letters, digits and _.")
    if name in OURS or (find_spec(name) and name not in there):
        raise ScaffoldError(f"There is a package {name} already. Choose a name of your own.")
    return name


def _in_checkout(steps: bool) -> dict[str, str]:
    return {
        "models/entities/$table.py": "entity.py",
        "tests/payloads/$table.json": "payload.json",
        "tests/models/entities/test_$table.py": "test.py",
    } | ({"flows/entities/$table.py": "flow.py"} if steps else {})


def _in_package(entity: NewEntity, folder: Path, steps: bool) -> dict[str, str]:
    """Return which files to write from which template; the package's own where it is new."""
    of_entity = {
        "$package/entities/$table.py": "entity.py",
        "tests/payloads/$table.json": "payload.json",
        "tests/test_$table.py": "test.py",
    } | ({"$package/flows/$table.py": "flow.py"} if steps else {})
    if (folder / str(entity.package) / "entities").is_dir():
        return of_entity
    if steps:
        of_entity["prefect.yaml"] = "prefect.yaml"
    return of_entity | {
        "pyproject.toml": "pyproject.toml",
        "$package/__init__.py": "package.py",
        "$package/entities/__init__.py": "entities.py",
        "$package/flows/__init__.py": "flows.py",
        "$package/migrations/README": "migrations.txt",
    }


def _filled(
    entity: NewEntity, folder: Path, texts: dict[str, str], *, steps: bool
) -> dict[Path, str]:
    words = words_for(
        entity.name, entity.code, entity.table, entity.package, entity.columns, steps=steps
    )
    return {
        folder / Template(path).substitute(words): Template(
            (TEMPLATES / f"{template}.tmpl").read_text()
        ).substitute(words)
        for path, template in texts.items()
    }
