"""A file of sources is applied as a whole or not at all, again and again, on both databases."""

from typing import Any

import pytest
from sqlmodel import select

from models.configuring.applying import Applied, apply_sources
from models.configuring.reading import SourceFileError
from models.configuring.showing import shown
from models.database import reading, transaction
from models.source import WebhookSource, add_source, find_key, get_source

pytestmark = pytest.mark.usefixtures("database")

SHOP = """
[[source]]
name = "shop"
entity = "order"
region = "de"
tell_when_silent = "36h"
requests_per_second = 2.5
addresses = ["192.0.2.0/24"]

[source.signature]
scheme = "hmac"
secret = ["new", "env:OLD"]
header = "X-Sign"
"""


def apply(text: str) -> list[Applied]:
    with transaction() as session:
        return apply_sources(session, text, "sources.toml")


def source(name: str) -> WebhookSource:
    with reading() as session:
        return get_source(session, name)


def shown_of(name: str) -> str:
    return shown(source(name))


def test_a_source_is_made_with_a_key_and_then_unchanged() -> None:
    [made] = apply(SHOP)
    assert made.variables == ["OLD"]
    with reading() as session:
        found = find_key(session, made.api_key or "")
    assert found and found[1].name == "shop"
    assert (found[1].default_entity, found[1].region) == ("Order", "DE")
    assert (found[1].silent_after_seconds, found[1].requests_per_second) == (36 * 3600, 2.5)
    assert apply(SHOP) == [Applied("shop", None, [], ["OLD"])]


def test_what_changed_is_told_and_what_is_no_longer_said_goes_back() -> None:
    apply(SHOP)
    [changed] = apply(SHOP.replace('region = "de"', "day_first = true").replace('"new"', '"newer"'))
    assert changed.changed == ["day_first", "region", "signature"]
    assert source("shop").region is None


def test_a_source_that_the_file_does_not_name_stays() -> None:
    with transaction() as session:
        add_source(session, "other", day_first=True)
    apply(SHOP)
    assert source("other").day_first


def test_one_fault_and_nothing_is_changed() -> None:
    with pytest.raises(SourceFileError, match="line 17"):
        apply(SHOP + '\n[[source]]\nname = "second"\nentity = "Nothing"\n')
    with reading() as session:
        assert session.exec(select(WebhookSource)).all() == []


def test_a_source_is_shown_as_it_is_applied_with_its_secrets_masked() -> None:
    apply(SHOP)
    text = shown_of("shop")
    assert '"***"' in text and '"env:OLD"' in text
    assert "new" not in text
    before = source("shop").definition
    assert apply(text)[0].changed == []
    assert source("shop").definition == before


def test_a_mask_without_a_secret_to_keep_is_refused() -> None:
    with pytest.raises(SourceFileError, match="there is none"):
        apply(SHOP.replace('"new"', '"***"'))


def test_what_a_source_says_wins_over_its_preset() -> None:
    apply(
        '[[source]]\nname = "t"\npreset = "typeform"\nsignature.secret = "s"\nentity = "Lead"\n'
        'event_id.path = "body.event_id"\nmap = []\n'
    )
    made = source("t")
    assert made.default_entity == "Lead"
    assert made.definition and made.definition["event_id"] == {"path": "body.event_id"}
    assert made.definition["signature"]["header"] == "Typeform-Signature"
    text = shown_of("t")
    assert "Typeform-Signature" not in text  # the preset says it
    assert apply(text)[0].changed == []


def test_a_signature_of_another_scheme_takes_nothing_from_the_preset() -> None:
    apply('[[source]]\nname = "t"\npreset = "typeform"\nsignature.scheme = "none"\n')
    made = source("t").definition
    assert made and made["signature"] == {"scheme": "none"}
    assert apply(shown_of("t"))[0].changed == []


@pytest.mark.parametrize("definition", [None, {}, {"signature": "broken"}, {"preset": "gone"}])
def test_whatever_is_stored_can_be_shown(definition: dict[str, Any] | None) -> None:
    with transaction() as session:
        add_source(session, "old")
        get_source(session, "old").definition = definition
    assert shown_of("old").startswith('[[source]]\nname = "old"\n')
