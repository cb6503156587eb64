"""The command `hookline`: what it does and what it says."""

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlmodel import select

import hookline
from flows.serving import BIN
from models.database import reading
from models.settings import settings
from models.source import find_key
from models.webhook import Webhook
from receiver import create_app
from tests.processes import clean_environment, free_port
from tests.webhooks import store

Say = Callable[..., str]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Return what runs a command that goes well, and returns what it prints."""

    def _said(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["hookline", *arguments])
        with pytest.raises(SystemExit) as ended:
            hookline.entry()
        assert not ended.value.code
        return capsys.readouterr().out.strip()

    return _said


@pytest.fixture
def complaint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Return what runs a command that fails, and returns the sentence that it ends with."""

    def _complaint(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["hookline", *arguments])
        with pytest.raises(SystemExit) as ended:
            hookline.entry()
        assert ended.value.code not in (None, 0)
        printed = capsys.readouterr()
        assert printed.out == ""
        words = f"{printed.err}{ended.value.code}"
        assert "Error: " in words
        return words

    return _complaint


@pytest.fixture
def database_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what has the settings name a database."""

    def _database_at(url: str) -> None:
        monkeypatch.setenv("HOOKLINE_DATABASE_URL", url)
        settings.cache_clear()

    return _database_at


def status_of_post(webhook_url: str) -> int:
    path = urlsplit(webhook_url).path
    return create_app().test_client().post(path, json={"EntityName": "Lead"}).status_code


@pytest.mark.database
def test_migrate_makes_a_database_and_can_be_run_again(tmp_path: Path) -> None:
    environment = clean_environment(HOOKLINE_HOME=str(tmp_path / "folder"))
    for _ in range(2):
        printed = subprocess.check_output(
            [str(BIN / "hookline"), "migrate"], env=environment, stderr=subprocess.STDOUT
        )
        assert printed == b"The database is up to date.\n"
    assert (tmp_path / "folder" / "hookline.db").exists()


@pytest.mark.usefixtures("sqlite_database")
def test_a_source_is_added_used_given_a_new_key_and_removed(said: Say) -> None:
    first = said("source", "add", "Landingi", "--day-first")
    assert status_of_post(first) == 200
    second = said("source", "key", "Landingi")
    assert (status_of_post(first), status_of_post(second)) == (401, 200)
    assert said("source", "list") == "Landingi  (day first)"
    assert said("source", "remove", "Landingi") == 'The source "Landingi" is gone.'
    assert status_of_post(second) == 401
    with reading() as session:
        assert len(session.exec(select(Webhook)).all()) == 2  # what came stays


def test_keys_are_kept_as_hashes_alone(sqlite_database: str, said: Say) -> None:
    api_key = said("source", "add", "Landingi").rsplit("/", 1)[1]
    with reading() as session:
        assert find_key(session, api_key)
    file = Path(sqlite_database.removeprefix("sqlite:///"))
    kept = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    assert b"Landingi" in kept
    assert api_key.encode() not in kept


@pytest.mark.usefixtures("sqlite_database")
def test_what_cannot_be_done_is_said_in_a_sentence(said: Say, complaint: Say) -> None:
    said("source", "add", "Landingi")
    for arguments, words in (
        (("source", "add", "Landingi"), 'There is a source "Landingi" already.'),
        (("source", "add", "  "), "A source needs a name"),
        (("source", "key", "Wix"), 'There is no source "Wix".'),
        (("source", "remove", "Wix"), 'There is no source "Wix".'),
        (("explain", str(uuid4())), "There is no webhook"),
    ):
        assert words in complaint(*arguments)


def test_a_database_without_tables_is_said_in_a_sentence(
    tmp_path: Path, database_at: Callable[[str], None], complaint: Say
) -> None:
    database_at(f"sqlite:///{tmp_path}/empty.db")
    for arguments in (("source", "list"), ("source", "add", "A"), ("explain", str(uuid4()))):
        assert "hookline migrate" in complaint(*arguments)


@pytest.mark.parametrize("command", ["migrate", "run"])
def test_a_database_that_is_away_is_said_in_a_sentence(
    command: str, database_at: Callable[[str], None], complaint: Say
) -> None:
    database_at(f"postgresql+psycopg://hookline:secret@127.0.0.1:{free_port()}/hookline")
    words = complaint(command)
    assert "cannot be reached" in words and "HOOKLINE_DATABASE_URL" in words
    assert "secret" not in words


@pytest.mark.parametrize("command", ["serve", "run"])
def test_a_port_that_is_taken_is_said_in_a_sentence(
    command: str, monkeypatch: pytest.MonkeyPatch, complaint: Say
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("HOOKLINE_PORT", str(port))
        settings.cache_clear()
        assert f"Port {port} of 127.0.0.1 cannot be used" in complaint(command)


@pytest.mark.usefixtures("sqlite_database")
def test_explain_tells_what_would_be_made_and_writes_nothing(said: Say) -> None:
    body = b'{"EntityName": "Submission", "email": "ada@example.com", "BirthDate": "?", "Shoe": 39}'
    (webhook_id,) = store(body)
    text = said("explain", str(webhook_id))
    for words in (
        "application/json",
        "FormSubmit",
        "email -> Email = ada@example.com",
        "Shoe -> no column, kept with the webhook = 39",
        "ColumnName:BirthDate. EntityName:FormSubmit. Exception:Cannot cast Text to Date.",
    ):
        assert words in text
    with reading() as session:
        webhook = session.get_one(Webhook, webhook_id)
    assert (webhook.status, webhook.entity, webhook.error_count) == ("New", None, 0)
