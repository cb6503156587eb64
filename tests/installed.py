"""Hookline as a user has it: built into a wheel, installed in an environment of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from models.settings import ROOT

LEFT_OUT = {"tests", "docs"}

NEXT_MIGRATION = '''"""A table that a later version brings.

Revision ID: 9999
Revises: {last}
"""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{last}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("of_a_later_version", sa.Column("id", sa.Uuid(), primary_key=True))


def downgrade() -> None:
    op.drop_table("of_a_later_version")
'''


class Installation:
    """An environment with Hookline from a wheel, and a folder of the user's to work in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = folder / "place"
        self.place.mkdir(parents=True)
        self.bin = folder / "venv" / "bin"
        _run(sys.executable, "-m", "venv", str(folder / "venv"))
        # What Hookline depends on is there already, in the environment that runs the tests.
        there = next(path for path in sys.path if path.endswith("site-packages"))
        mine = next((folder / "venv").glob("lib/python*/site-packages"))
        (mine / "dependencies.pth").write_text(f"{there}\n")
        for old in mine.glob("setuptools*"):  # it would come before the one that can build wheels
            shutil.rmtree(old)

    def install(self, wheel: Path) -> None:
        """Install a wheel of Hookline, over the one that is there."""
        self.run(f"pip install --no-deps --force-reinstall --quiet {wheel}")

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of the user's commands, with nothing of the tests' own."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HOOKLINE_", "PREFECT_", "PYTHON", "PYTEST_"))
        }
        # Honcho's and Prefect's commands lie where the tests' environment has them.
        path = os.pathsep.join([str(self.bin), str(Path(sys.executable).parent), kept["PATH"]])
        quiet = {"PIP_NO_BUILD_ISOLATION": "false", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        return kept | {"PATH": path, "PIP_NO_INDEX": "1"} | quiet | more

    def run(self, command: str, **environment: str) -> str:
        """Run a command as a user types it, and return all that it says; it must succeed."""
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.place,
            env=self.environment(**environment),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}"
        return done.stdout


def build_wheel(folder: Path) -> Path:
    """Build a wheel of Hookline as it is here."""
    return _build(_copy(folder / "now"))


def build_next_wheel(folder: Path) -> Path:
    """Build a wheel of a later version of Hookline, which brings a migration."""
    source = _copy(folder / "later")
    project = source / "pyproject.toml"
    project.write_text(re.sub(r'\nversion = ".*"', '\nversion = "99.0"', project.read_text()))
    versions = source / "models" / "migrations" / "versions"
    last = max(file.name.partition("_")[0] for file in versions.glob("[0-9]*.py"))
    (versions / "9999_of_a_later_version.py").write_text(NEXT_MIGRATION.format(last=last))
    return _build(source)


def _copy(source: Path) -> Path:
    tracked = _run("git", "-C", str(ROOT), "ls-files").splitlines()
    for name in tracked:
        if name.split("/")[0] not in LEFT_OUT and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    return source


def _build(source: Path) -> Path:
    wheels = source / "wheels"
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    _run(*pip, "--no-deps", "--no-build-isolation", "--no-index", "-w", str(wheels), str(source))
    return next(wheels.glob("*.whl"))


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout
