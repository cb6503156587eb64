"""Sources and their keys, on both databases."""

import re

import pytest
from sqlmodel import select

from models.database import reading, transaction
from models.source import (
    SourceError,
    WebhookKey,
    add_source,
    find_key,
    find_source,
    hash_of,
    remove_source,
    replace_keys,
)

pytestmark = pytest.mark.usefixtures("database")


def add(name: str) -> str:
    with transaction() as session:
        return add_source(session, name)


def source_of(api_key: str) -> str | None:
    with reading() as session:
        found = find_key(session, api_key)
        return found and found[1].name


def test_a_source_is_found_by_its_key() -> None:
    assert source_of(add("Landingi")) == "Landingi"


def test_a_key_is_long_random_and_fit_for_a_url() -> None:
    first, second = add("Landingi"), add("Instapage")
    assert first != second
    assert re.fullmatch(r"[\w-]{43}", first)


def test_a_key_is_kept_as_its_hash_alone() -> None:
    api_key = add("Landingi")
    with reading() as session:
        kept = session.exec(select(WebhookKey)).one()
    assert kept.sha256 == hash_of(api_key)
    assert api_key not in repr(kept.model_dump())


@pytest.mark.parametrize("api_key", ["", "wrong", "ü\0", "' OR 1=1 --"])
def test_another_key_opens_nothing(api_key: str) -> None:
    add("Landingi")
    assert source_of(api_key) is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_name_is_neither_empty_nor_too_long(name: str) -> None:
    with pytest.raises(SourceError, match="1 to 100 characters"):
        add(name)


def test_a_name_is_given_once() -> None:
    add("Landingi")
    with pytest.raises(SourceError, match="already"):
        add(" Landingi ")


def test_a_source_keeps_how_it_writes_dates_and_numbers() -> None:
    with transaction() as session:
        add_source(session, "Tilda", day_first=True, decimal_comma=True)
    with reading() as session:
        source = find_source(session, "Tilda")
    assert source and source.day_first and source.decimal_comma


def test_a_new_key_ends_the_earlier_ones() -> None:
    old = add("Landingi")
    with transaction() as session:
        new = replace_keys(session, "Landingi")
    assert (source_of(old), source_of(new)) == (None, "Landingi")


def test_a_source_that_is_not_there_gets_no_key() -> None:
    with pytest.raises(SourceError, match="no source"), transaction() as session:
        replace_keys(session, "Landingi")


def test_a_removed_source_is_gone_with_its_keys() -> None:
    api_key = add("Landingi")
    with transaction() as session:
        assert remove_source(session, "Landingi")
        assert not remove_source(session, "Landingi")
    assert source_of(api_key) is None
    with reading() as session:
        assert session.exec(select(WebhookKey)).all() == []
