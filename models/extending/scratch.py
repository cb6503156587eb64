"""A database for the length of a block, made by the migrations."""

import atexit
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from models import migrations
from models.database import engine
from models.settings import settings


@contextmanager
def own_database() -> Iterator[None]:
    """Have the settings name a fresh database, made by the migrations, for a block."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "conformance.db"
        shutil.copy(migrated_file(), file)
        with _database_at(file):
            yield


@cache
def migrated_file() -> Path:
    """Make, once, the file that such databases are copied from."""
    folder = mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = Path(folder) / "migrated.db"
    with _database_at(file):
        migrations.upgrade()
    return file


@contextmanager
def _database_at(file: Path) -> Iterator[None]:
    name = "HOOKLINE_DATABASE_URL"
    before = os.environ.get(name)
    os.environ[name] = f"sqlite:///{file}"
    settings.cache_clear()
    try:
        yield
    finally:
        engine().dispose()
        del os.environ[name]
        if before is not None:
            os.environ[name] = before
        settings.cache_clear()
