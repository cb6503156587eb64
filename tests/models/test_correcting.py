"""Webhooks put right by hand, on both databases."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hookline import main
from models.database import transaction
from models.identity import new_id, utc_now
from models.processing.claiming import claim
from models.processing.correcting import PutBack, WebhookError, correct_body, retry
from models.webhook import Status
from tests.backfilling import ADA, process, records, rows, store, webhook

pytestmark = pytest.mark.usefixtures("database")

NO_ENTITY = {"Email": "ada@example.com"}


def test_a_retried_webhook_is_new_with_no_attempts_counted() -> None:
    (webhook_id,) = store(NO_ENTITY)
    process()
    with transaction() as session:
        retry(session, [webhook_id], utc_now())
    assert (webhook(webhook_id).status, webhook(webhook_id).attempts) == (Status.NEW, 0)


def test_each_webhook_that_is_not_retried_is_told_by_its_reason() -> None:
    (made,) = store(ADA)
    process()
    (failed,) = store(NO_ENTITY)
    process()
    (busy,) = store(ADA)
    missing = new_id()
    with transaction() as session:
        claim(session, 1, utc_now())
        result = retry(session, [made, failed, busy, missing, failed], utc_now())
    assert result == PutBack(new=[failed], kept=[made], busy=[busy], missing=[missing])


def test_a_corrected_webhook_becomes_a_record_and_keeps_its_first_body() -> None:
    (webhook_id,) = store(NO_ENTITY)
    process()
    for body in ({**ADA, "EntityName": "Leed"}, ADA):
        with transaction() as session:
            correct_body(session, webhook_id, json.dumps(body).encode(), utc_now())
        process()
    assert webhook(webhook_id).status == Status.DONE
    assert webhook(webhook_id).original_body == json.dumps(NO_ENTITY).encode()
    assert records() == {webhook_id: 1}


def test_a_correction_updates_the_record_where_asked_and_is_refused_otherwise() -> None:
    (webhook_id,) = store(ADA)
    process()
    corrected = json.dumps({**ADA, "CityStr": "London"}).encode()
    with transaction() as session, pytest.raises(WebhookError, match="has made its record"):
        correct_body(session, webhook_id, corrected, utc_now())
    assert webhook(webhook_id).original_body is None
    with transaction() as session:
        correct_body(session, webhook_id, corrected, utc_now(), update=True)
    process()
    assert [row.city_str for row in rows()] == ["London"]
    assert records() == {webhook_id: 1}


def test_a_webhook_that_a_run_has_in_hand_is_not_corrected() -> None:
    (webhook_id,) = store(ADA)
    with transaction() as session:
        claim(session, 1, utc_now())
    with transaction() as session, pytest.raises(WebhookError, match="A run is processing"):
        correct_body(session, webhook_id, b"{}", utc_now(), update=True)
    assert webhook(webhook_id).original_body is None


def test_the_command_retries_and_says_what_is_not_there() -> None:
    (webhook_id,) = store(NO_ENTITY)
    process()
    missing = new_id()
    result = CliRunner().invoke(main, ["webhook", "retry", str(webhook_id), str(missing)])
    assert result.output.splitlines() == [f"{webhook_id} is New.", f"{missing} is not there."]
    assert result.exit_code == 1


def test_the_command_corrects_with_the_body_in_a_file(tmp_path: Path) -> None:
    (webhook_id,) = store(NO_ENTITY)
    process()
    file = tmp_path / "body.json"
    file.write_text(json.dumps(ADA))
    result = CliRunner().invoke(main, ["webhook", "correct", str(webhook_id), "--body", str(file)])
    assert result.exit_code == 0, result.output
    process()
    assert webhook(webhook_id).status == Status.DONE
