"""What a user can set, and what is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from models.settings import Settings, settings


def test_a_variable_of_the_environment_sets_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKLINE_PORT", "9000")
    assert settings().port == 9000


def test_a_file_named_env_sets_what_the_environment_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("HOOKLINE_PORT=9001\nHOOKLINE_HOST=0.0.0.0\nOTHER=1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOOKLINE_PORT", "9000")
    assert (settings().port, settings().host) == (9000, "0.0.0.0")


def test_the_receiver_listens_on_this_machine_alone_until_told_otherwise() -> None:
    assert settings().host == "127.0.0.1"


def test_a_body_may_have_ten_mebibytes() -> None:
    assert settings().max_body_bytes == 10_485_760


def test_without_a_database_url_the_database_lies_in_the_home_folder(tmp_path: Path) -> None:
    assert settings().resolved_database_url() == f"sqlite:///{tmp_path / 'home' / 'hookline.db'}"


def test_a_database_url_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", "postgresql+psycopg://crm@db/hookline")
    assert settings().resolved_database_url() == "postgresql+psycopg://crm@db/hookline"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("MAX_BODY_BYTES", "0"),
        ("RECEIVER_WORKERS", "0"),
        ("DATABASE_TIMEOUT_SECONDS", "0"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"HOOKLINE_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        settings()


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())
