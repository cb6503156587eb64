"""`hookline notification` and the silence of sources, as a user types them."""

import pytest
from click.testing import CliRunner
from pytest_httpserver import HTTPServer
from sqlmodel import select

from hookline import entry, main
from models.database import reading
from models.notifying.tables import Notification
from models.source import WebhookSource

pytestmark = pytest.mark.usefixtures("sqlite_database")

ADDRESS = "json://user:hunter2@127.0.0.1:1/"


def run(*arguments: str, typed: str | None = None) -> str:
    return CliRunner().invoke(main, arguments, input=typed, catch_exceptions=False).output


def add(*arguments: str) -> str:
    return run("notification", "add", "ops", ADDRESS, "--on", "processing-errors", *arguments)


def refused(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setattr("sys.argv", ["hookline", *arguments])
    with pytest.raises(SystemExit) as ended:
        entry()
    return str(ended.value)


def test_a_notification_is_listed_without_its_secret() -> None:
    add("--on", "stuck-queue")
    assert run("notification", "list") == (
        "ops  json://***  on processing-errors, stuck-queue  (not yet)\n"
    )


def test_an_address_that_is_not_given_is_asked_for_and_not_shown() -> None:
    said = run("notification", "add", "ops", "--on", "new-webhooks", typed=f"{ADDRESS}\n")
    assert "hunter2" not in said
    with reading() as session:
        assert session.exec(select(Notification.address)).one() == ADDRESS


def test_data_is_told_only_where_it_was_asked_for() -> None:
    add()
    run("notification", "add", "boss", ADDRESS, "--on", "new-webhooks", "--with-data")
    with reading() as session:
        asked = {each.name: each.with_data for each in session.exec(select(Notification))}
    assert asked == {"ops": False, "boss": True}


def test_a_test_says_whether_the_address_took_it(httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/").respond_with_data("")
    run("notification", "add", "up", f"json://127.0.0.1:{httpserver.port}/", "--on", "stuck-queue")
    add()
    assert run("notification", "test", "up") == '"up" took a message.\n'
    assert '"ops" did not take a message' in run("notification", "test", "ops")


def test_a_notification_that_is_removed_is_gone() -> None:
    add()
    run("notification", "remove", "ops")
    assert run("notification", "list") == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("remove", "nobody"), 'There is no notification "nobody"'),
        (("add", "a", ADDRESS), "Say what to tell of: new-webhooks, processing-errors"),
        (("add", "a", "nonsense", "--on", "stuck-queue"), "none that apprise knows"),
        (("add", " ", ADDRESS, "--on", "stuck-queue"), "a name of 1 to 100 characters"),
        (("add", "a", ADDRESS, "--on", "stuck-queue", "--source", "x"), 'no source "x"'),
    ],
)
def test_what_cannot_be_set_is_refused_with_a_reason(
    arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert words in refused(monkeypatch, "notification", *arguments)


def test_a_name_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    add()
    said = refused(monkeypatch, "notification", "add", "ops", ADDRESS, "--on", "stuck-queue")
    assert 'There is a notification "ops" already' in said


def test_the_silence_of_a_source_is_set_and_ended() -> None:
    run("source", "add", "forms", "--tell-when-silent", "24h")
    assert "told when silent for 1 day" in run("source", "list")
    run("source", "set", "forms", "--tell-when-silent", "90m")
    assert "told when silent for 90 minutes" in run("source", "list")
    run("source", "set", "forms", "--never-tell")
    with reading() as session:
        assert session.exec(select(WebhookSource.silent_after_seconds)).one() is None


@pytest.mark.parametrize("period", ["24", "h", "0h", "-1h", "1w", "99999999d"])
def test_what_is_no_period_is_refused_and_told_how_one_is_written(period: str) -> None:
    assert "Write a number and s, m, h or d" in run(
        "source", "add", "forms", f"--tell-when-silent={period}"
    )
