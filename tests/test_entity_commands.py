"""`hookline entity …`, and what of it travels in a package."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from prefect import Flow
from prefect.utilities.importtools import import_object

from hookline import main
from models.settings import ROOT
from tests.users_package import BADGE, users_package

pytestmark = pytest.mark.usefixtures("sqlite_database")


def hookline(*arguments: str, answers: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=answers)


def test_the_list_shows_entities_of_all_packages_and_what_is_left_out(tmp_path: Path) -> None:
    with users_package(tmp_path, "acme_listed", badge=BADGE, broken="import no_such_package\n"):
        shown = hookline("entity", "list").output
    assert "Badge       1 columns  (acme_listed.entities.badge)" in shown
    assert "Order       12 columns, a person, a subflow  (models.entities.order)" in shown
    assert "Left out: " in shown
    assert "entities/broken.py:10: ModuleNotFoundError" in shown


def test_a_description_says_what_senders_and_engineers_ask() -> None:
    shown = hookline("entity", "describe", "submission").output.splitlines()
    assert "Entity       FormSubmit" in shown
    assert "Also called  SubmittedForm, Submitted form, Submission" in shown
    assert "Follows      form-submit" in shown
    assert "Records      0" in shown
    assert f"Defined in   {ROOT / 'models' / 'entities' / 'form_submit.py'}" in shown
    assert "  LandingPageId            the name or id of a row of landing_page" in shown
    assert "  FirstName                Text of at most 100 characters" in shown


def test_an_entity_that_is_not_there_is_said_with_what_to_do() -> None:
    result = hookline("entity", "describe", "Ticket")
    assert result.exit_code == 1
    assert "There is no entity Ticket. `hookline entity list` shows all." in result.output


def test_an_entity_whose_table_waits_is_described_all_the_same(tmp_path: Path) -> None:
    with users_package(tmp_path, "acme_waits", badge=BADGE):
        shown = hookline("entity", "describe", "Badge").output
    assert "its table waits for `hookline migrate --new`" in shown


def test_without_columns_the_command_asks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = hookline("entity", "new", "Speaker", "--no-steps", answers="full_name, email\n")
    assert "Columns, such as" in result.output
    assert (tmp_path / "hookline_speaker" / "entities" / "speaker.py").exists()


def test_our_deployments_are_found_wherever_the_package_lies() -> None:
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    for deployment in deployments:
        assert isinstance(import_object(deployment["entrypoint"]), Flow)
        assert ":" not in deployment["entrypoint"], "pip install puts the file elsewhere"
