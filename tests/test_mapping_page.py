"""The page docs/mapping.md: every example on it, done."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import hookline
from models.configuring.manner import Manner, drafts_of
from models.configuring.trial import MappingError, read_mapping
from models.database import transaction
from models.reading.telling import draft_lines, error_lines
from models.settings import ROOT
from models.source import add_source
from models.webhook import Webhook
from tests.models.mapping.mapped import ALLOWED, request
from tests.test_new_entity_page import says

PAGE = (ROOT / "docs" / "mapping.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


def examples() -> Iterator[tuple[tuple[str, str], str, str]]:
    """Yield each mapping of the page with the request before it, and what the page says of it."""
    sent, mapping = ("json", "{}"), ""
    for kind, text in BLOCKS:
        if kind in TYPES:
            sent = kind, text.strip()
        elif kind == "toml":
            mapping = text
        elif kind == "text":
            yield sent, mapping, text


def made_of(sent: tuple[str, str], mapping: str) -> list[str]:
    kind, text = sent
    try:
        definition, _ = read_mapping(mapping, "FormSubmit")
    except MappingError as error:
        return str(error).splitlines()
    manner = Manner(default_entity="FormSubmit", definition=definition)
    drafts = [draft for _, draft in drafts_of(request(text, TYPES[kind]), manner, ALLOWED)]
    return [line for draft in drafts for line in (*draft_lines(draft), *error_lines(draft))]


@pytest.mark.parametrize(("sent", "mapping", "said"), list(examples()))
def test_an_example_of_the_page_does_what_the_page_says(
    sent: tuple[str, str], mapping: str, said: str
) -> None:
    assert made_of(sent, mapping) == said.rstrip("\n").split("\n")


@pytest.mark.usefixtures("sqlite_database")
def test_the_commands_of_the_page_print_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (sent, mapping, _), *_ = examples()
    Path("typeform.toml").write_text(mapping)
    with transaction() as session:
        add_source(session, "typeform")
        came = request(sent[1])
        session.add(
            Webhook(**came.model_dump(exclude={"webhook_source"}), webhook_source="typeform")
        )
    text = "".join(text for kind, text in BLOCKS if kind == "console")
    for each in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = each.partition("\n")
        monkeypatch.setattr(sys, "argv", command.split())
        with pytest.raises(SystemExit):
            hookline.entry()
        printed = capsys.readouterr().out
        assert says(printed, expected), f"$ {command}\n{printed}"
