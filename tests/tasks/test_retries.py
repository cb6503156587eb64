"""Which failures of a task are tried again."""

from uuid import uuid4

import pytest
from prefect.client.schemas.objects import TaskRun
from prefect.states import Failed

from models.database import DatabaseAwayError, DatabaseRefusedError
from tasks.retries import is_transient
from tasks.webhooks import claim_webhooks, create_entity, put_back_stuck_webhooks

RUN = TaskRun(task_key="any", dynamic_key="0", flow_run_id=uuid4())


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (DatabaseAwayError("OperationalError"), True),
        (DatabaseRefusedError("IntegrityError"), False),
        (ValueError("a mistake of ours"), False),
    ],
)
def test_only_what_may_pass_is_tried_again(error: Exception, again: bool) -> None:
    assert is_transient(claim_webhooks, RUN, Failed(data=error)) is again


@pytest.mark.parametrize("task", [claim_webhooks, create_entity, put_back_stuck_webhooks])
def test_tasks_that_change_rows_retry_with_backoff_and_jitter(task: object) -> None:
    assert task.retries == 4  # type: ignore[attr-defined]
    assert task.retry_delay_seconds == [1, 2, 4, 8]  # type: ignore[attr-defined]
    assert task.retry_jitter_factor == 0.5  # type: ignore[attr-defined]
    assert task.retry_condition_fn is is_transient  # type: ignore[attr-defined]
