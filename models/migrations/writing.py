"""New revisions: what the tables became, beside what the database is, into its owner's folder."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import ops
from alembic.script import Script, ScriptDirectory
from sqlmodel import SQLModel

from models.database import engine
from models.entities import entities
from models.identity import new_id
from models.migrations import config, lock, upgrade
from models.migrations.histories import FOLDER, OURS, packages, tables_of
from models.settings import IS_CHECKOUT

VERSIONS = Path(__file__).parent / "versions"


def write_revision(message: str) -> Path | None:
    """Write a revision for the first owner whose tables are not as the database has them.

    The database is brought up to date first; with several owners, so it must be again before the
    next one's turn. A table whose class is gone is left alone: no data is ever dropped unasked.

    Returns:
        The file that was written, to be read before it is run; None where nothing differs.
    """
    upgrade()
    owners = {name: folder / FOLDER for name, folder in packages().items()}
    if IS_CHECKOUT:
        owners[OURS] = VERSIONS
    for owner, folder in owners.items():
        if differences(owner):
            return _write(owner, folder, message)
    return None


def differences(owner: str) -> list[Any]:
    """Return how an owner's tables differ from what the database has, nothing where they do not."""
    tables = tables_of(owner)
    with engine().begin() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": _only(tables), "compare_server_default": False},
        )
        return list(compare_metadata(context, SQLModel.metadata))


def _only(tables: set[str]) -> Callable[..., bool]:
    return lambda _thing, name, kind, *_: kind != "table" or name in tables


def _write(owner: str, folder: Path, message: str) -> Path:
    folder.mkdir(exist_ok=True)
    with engine().begin() as connection:
        lock(connection)
        made = config(connection, folder)
        made.attributes["include_object"] = _only(tables_of(owner))
        script = command.revision(
            made,
            message=message,
            autogenerate=True,
            version_path=str(folder),
            process_revision_directives=_allow_new_entities,
            **_place_in_history(made, owner, folder),
        )
    assert isinstance(script, Script)  # noqa: S101  one was asked for
    return Path(script.path)


def _place_in_history(made: Config, owner: str, folder: Path) -> dict[str, Any]:
    """Say what the revision follows: the owner's last, and of ours what its tables may point to."""
    scripts = ScriptDirectory.from_config(made)
    # Not get_revisions("heads"): that leaves out what another history depends on.
    found = [scripts.get_revision(head) for head in scripts.get_heads()]
    heads = [script for script in found if isinstance(script, Script)]
    ours = [script.revision for script in heads if Path(script.path).parent == VERSIONS]
    if owner == OURS:
        return {"head": ours[0], "rev_id": _next_number()}
    if any(Path(script.path).parent == folder for script in heads):
        return {"head": f"{owner}@head", "depends_on": ours}
    return {"head": "base", "branch_label": owner, "depends_on": ours}


def _next_number() -> str:
    numbers = [int(found[0]) for file in VERSIONS.glob("*.py") if (found := _number(file))]
    return f"{max(numbers) + 1:04}"


def _number(file: Path) -> re.Match[str] | None:
    return re.match(r"\d+", file.name)


def _allow_new_entities(
    _context: object, _revision: object, scripts: list[ops.MigrationScript]
) -> None:
    """Let webhooks create the entities whose tables are new."""
    (script,) = scripts
    assert script.upgrade_ops and script.downgrade_ops  # noqa: S101  autogenerate makes both
    codes = _codes_of_new_tables(script.upgrade_ops.ops)
    script.upgrade_ops.ops += [ops.ExecuteSQLOp(_allow(code)) for code in codes]
    script.downgrade_ops.ops[:0] = [
        ops.ExecuteSQLOp(f"DELETE FROM webhook_entity WHERE name = '{code}'")  # noqa: S608
        for code in codes
    ]


def _codes_of_new_tables(made: Sequence[ops.MigrateOperation]) -> list[str]:
    tables = {each.table_name for each in made if isinstance(each, ops.CreateTableOp)}
    return [code for code, entity in entities().items() if entity.__tablename__ in tables]


def _allow(code: str) -> str:
    """Return the SQL that lists an entity among those that webhooks may create.

    It comes once, with the table, so that a user who takes the entity off the list finds it off.
    """
    return (
        f"INSERT INTO webhook_entity (id, name) SELECT '{new_id().hex}', '{code}' "  # noqa: S608
        f"WHERE NOT EXISTS (SELECT 1 FROM webhook_entity WHERE name = '{code}')"
    )
