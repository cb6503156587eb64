"""`hookline import`, as a process of its own: what it says, and kill -9 in the middle."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlmodel import func, select

from models.database import reading, transaction
from models.settings import ROOT
from models.source import add_source
from models.webhook import Status, Webhook

COMMAND = [sys.executable, str(ROOT / "hookline.py"), "import"]
MANY = 30_000


@pytest.fixture(autouse=True)
def forms(database: str) -> None:
    with transaction() as session:
        add_source(session, "forms")


def count() -> int:
    with reading() as session:
        return session.exec(select(func.count()).select_from(Webhook)).one()


def write(file: Path, many: int) -> list[str]:
    file.write_text("".join(json.dumps({"body": f"{n}"}) + "\n" for n in range(many)))
    return [str(file), "--source", "forms"]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=300)


@pytest.mark.prove
def test_an_import_that_was_killed_goes_on_and_each_comes_in_once(tmp_path: Path) -> None:
    arguments = write(tmp_path / "lines.ndjson", MANY)
    killed = subprocess.Popen([*COMMAND, *arguments])
    end = monotonic() + 180
    while count() < 1000 and monotonic() < end:
        sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert 1000 <= (before := count()) < MANY
    with transaction() as session:  # meanwhile some were processed
        first = session.exec(select(Webhook).limit(1)).one()
        first.status = Status.DONE
    ended = run(*arguments)
    assert (ended.returncode, count()) == (0, MANY)
    assert ended.stdout == f"{MANY - before} imported, {before} were there, 0 bad.\n"
    with reading() as session:
        assert session.get_one(Webhook, first.id).status == Status.DONE


def test_bad_lines_are_told_and_the_others_come_in(tmp_path: Path) -> None:
    (file := tmp_path / "lines").write_text('{"body": "a"}\n{"body": 1}\n{"body": "b"}\n')
    ended = run(str(file), "--source", "forms")
    assert (ended.returncode, count()) == (1, 2)
    assert "line 2: body: must be text" in ended.stderr
    assert "Correct what is bad" in ended.stderr


def test_a_source_that_is_not_there_is_told(tmp_path: Path) -> None:
    write(tmp_path / "lines", 1)
    ended = run(str(tmp_path / "lines"), "--source", "froms")
    assert (ended.returncode, count()) == (1, 0)
    assert ended.stderr.startswith('Error: There is no source "froms".')


def test_a_folder_needs_the_content_type_of_its_bodies(tmp_path: Path) -> None:
    ended = run(str(tmp_path), "--source", "forms")
    assert ended.returncode == 2 and "--content-type" in ended.stderr
