"""`hookline source sample` and `try`, `webhook release` and `lookup`: what they say."""

from pathlib import Path

import pytest

from models.database import transaction
from models.source import add_source
from models.webhook import Webhook
from tests.models.webhooks import define, form, process, store
from tests.test_command import Say, complaint, said

__all__ = ["complaint", "said"]  # fixtures, found here

pytestmark = pytest.mark.usefixtures("sqlite_database")


def test_a_source_from_which_nothing_came_has_no_sample(said: Say) -> None:
    with transaction() as session:
        add_source(session, "quiet")
    assert said("source", "sample", "quiet").startswith("Nothing has come from it yet")
    assert said("source", "try", "quiet").startswith("0 webhooks: 0 records would be made.")


def test_a_source_that_there_is_not_is_said(complaint: Say) -> None:
    for command in ("sample", "try"):
        assert 'There is no source "nobody".' in complaint("source", command, "nobody")


def test_a_mapping_that_is_wrong_is_not_tried(complaint: Say, tmp_path: Path) -> None:
    define()
    file = tmp_path / "wrong.toml"
    file.write_bytes(b'[[map]]\ncolumns = { Email = "body..x" }\n# \xff')
    assert "line 1, column 6" in complaint("source", "try", "test", "--mapping", str(file))


def test_what_a_source_has_now_is_tried_without_a_file(said: Say) -> None:
    define('[[map]]\nentity = "Lead"\ncolumns = { Email = "body.mail" }')
    store(form("Lead", mail="ada@example.com\x1b[2J"))
    printed = said("source", "try", "test")
    assert "body.mail -> Email = ada@example.com\\x1b[2J" in printed
    assert "1 webhook: 1 record would be made." in printed


def test_what_was_caught_is_released_and_other_ids_are_said(said: Say, complaint: Say) -> None:
    define('[spam]\nhoneypot = "body.url"')
    (webhook_id,) = store(form("Lead", url="x"))
    process()
    assert said("webhook", "release", str(webhook_id)) == f"{webhook_id} is New."
    assert process()[0].word == "done"


def test_a_lookup_says_what_it_cannot_do(complaint: Say) -> None:
    assert "needs more than its name" in complaint("lookup", "set", "country", "--make-missing")
    assert "There is no lookup" in complaint("lookup", "alias", "shoe", "Left", "L")
    assert "has no other name" in complaint("lookup", "unalias", "country", "BRD")


def test_what_opens_doors_is_hidden_in_a_sample(said: Say) -> None:
    define()
    (webhook_id,) = store(form("Lead", Contact="Ada"))
    with transaction() as session:
        webhook = session.get_one(Webhook, webhook_id)
        webhook.headers = (
            '[["Authorization", "Bearer s3cret"], ["X-Key-2", "s3cret"], ["User-Agent", "curl"]]'
        )
        webhook.query_parameters = "token=s3cret&page[key]=s3cret&keyword=shoes"
    printed = said("source", "sample", "test")
    assert "s3cret" not in printed
    assert [shown for shown in ('"curl"', '"shoes"') if shown not in printed] == []
