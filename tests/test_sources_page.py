"""The page on sources: what it shows can be applied, and what can be said of a source is on it."""

import re

import pytest

from models.admitting.events import EventId
from models.admitting.senders import Senders
from models.configuring.entry import Entry
from models.configuring.presets import preset_names
from models.configuring.reading import read_sources
from models.configuring.wording import SCHEMES
from models.settings import ROOT

PAGE = (ROOT / "docs" / "sources.md").read_text()
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
KEYS = {
    *(name for name in Entry.model_fields),
    *(name for scheme in SCHEMES.values() for name in scheme.model_fields),
    *EventId.model_fields,
    *Senders.model_fields,
    *SCHEMES,
    *preset_names(),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_can_be_applied(example: str) -> None:
    assert read_sources(example, "sources.md", {})


@pytest.mark.parametrize("key", sorted(KEYS))
def test_what_can_be_said_is_on_the_page(key: str) -> None:
    assert f"`{key}`" in PAGE
