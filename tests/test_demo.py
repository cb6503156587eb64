"""`make demo`, against everything running, and against nothing."""

from pathlib import Path

import pytest

from flows.commands.starting import getting_started_key_file
from models.settings import settings
from tests import demo
from tests.payloads import payloads
from tests.processes import free_port
from tests.stack import Stack


def test_it_shows_what_each_payload_became(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HOOKLINE_HOME", "HOOKLINE_PORT"):
        monkeypatch.setenv(name, stack.environment[name])
    settings.cache_clear()
    demo.main()
    printed = capsys.readouterr().out
    rows = {line.split()[0]: line for line in printed.splitlines() if line[:1].islower()}
    for payload in payloads():
        words = ["Failed"] if payload.becomes[0] == "Failed" else ["Done", payload.becomes[1]]
        assert [word for word in words if word not in rows[payload.name]] == []
    assert printed.count("Done with warnings") == 3


def test_it_says_that_there_is_no_key_yet() -> None:
    with pytest.raises(demo.DemoError, match="make run"):
        demo.main()


def test_it_says_that_nothing_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOOKLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOOKLINE_PORT", str(free_port()))
    settings.cache_clear()
    getting_started_key_file().write_text("some-key")
    with pytest.raises(demo.DemoError, match="Nothing answers"):
        demo.main()
