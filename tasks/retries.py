"""What a task does about errors: it retries what may pass, and nothing else."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect import State, Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.tasks import exponential_backoff

from models.database import DatabaseAwayError
from models.site_events.errors import MatomoAwayError

P = ParamSpec("P")
R = TypeVar("R")


def is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Say whether a task failed for something that may be over when it is tried again."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, MatomoAwayError):
        return error.retry_after is None  # one that asked for rest is let alone by this run
    return isinstance(error, DatabaseAwayError)


DATABASE_TASK: dict[str, Any] = {
    "retries": 4,
    "retry_delay_seconds": exponential_backoff(backoff_factor=1),  # 1, 2, 4, 8 seconds
    "retry_jitter_factor": 0.5,  # runs that failed together come back one by one
    "retry_condition_fn": is_transient,
    "cache_policy": NO_CACHE,  # a task changes rows: the same ids again are not the same work
}
"""Options of a task that is one transaction."""

MATOMO_TASK: dict[str, Any] = DATABASE_TASK | {"retries": 2}
"""Options of a task that asks Matomo: few retries, since what failed is taken up by a later run."""


def at_once(work: Task[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Call a task as a plain function, and as a task run that retries where the database broke off.

    Without the second, what was claimed would wait in Processing for its whole period.
    """
    function: Callable[P, R] = work.fn
    try:
        return function(*arguments, **named)
    except DatabaseAwayError:
        return work(*arguments, **named)
