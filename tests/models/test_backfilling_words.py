"""What a backfill says of itself."""

from typing import Any

import pytest

from models.backfilling.form import Backfill
from models.backfilling.webhooks import Found
from models.backfilling.words import counted, ended
from models.identity import new_id

ID = str(new_id())


@pytest.mark.parametrize(
    ("form", "found", "said"),
    [
        ({}, Found(2), "2 webhooks would run again. Dry run: nothing was changed"),
        ({"dry_run": False}, Found(1), "1 webhook to run again"),
        ({"dry_run": False}, Found(0), "0 webhooks to run again"),
        (
            {"dry_run": False},
            Found(2, skipped=3),
            "2 webhooks to run again; 3 more have made their record and are left alone",
        ),
        (
            {"dry_run": False, "limit": 10},
            Found(11),
            "11 webhooks to run again; the limit takes the oldest 10",
        ),
        (
            {"dry_run": False, "webhooks": {"ids": [ID, str(new_id()), ID]}},
            Found(1),
            "1 webhook to run again; 1 of the 2 ids named do not meet the conditions",
        ),
        ({"dry_run": False, "stage": "contact search"}, Found(2), "2 records to run again"),
    ],
)
def test_the_count_is_told_in_a_sentence(form: dict[str, Any], found: Found, said: str) -> None:
    assert counted(Backfill.model_validate(form), found) == said


def test_what_another_run_came_to_first_is_told() -> None:
    assert ended("1 webhook: 1 done", 0) == "1 webhook: 1 done"
    assert ended("1 webhook: 1 done", 2) == (
        "1 webhook: 1 done; 2 left to another run, or changed meanwhile"
    )
