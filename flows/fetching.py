"""Fetching visitors wave by wave, a task run each, until none is due or Matomo is away."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from prefect.task_runners import ThreadPoolTaskRunner

from models.database import DatabaseRefusedError
from models.settings import settings
from models.site_events.errors import MatomoAwayError, MatomoRefusedError
from models.site_events.outcome import Fetch
from tasks.site_events import (
    count_waiting_visitors,
    fetch_visitor,
    settle_visitors,
    visitors_wait,
)

Runner = ThreadPoolTaskRunner[Any]


def fetch_all(claim: Callable[[], list[UUID]]) -> list[Fetch]:
    """Fetch visitors as `claim` hands them out, as many at a time as the setting allows.

    Stops where Matomo was away for a whole wave: the rest is taken up by a later run. Where it
    refuses it is asked on, since it may refuse one site and not another.
    """
    fetches: list[Fetch] = []
    runner: Runner = ThreadPoolTaskRunner(max_workers=settings().matomo_concurrency)
    with runner:
        while wave := claim():
            fetched = _fetch(runner, wave)
            settle_visitors(fetched)
            fetches += fetched
            if all(fetch.away for fetch in fetched):
                break
    return fetches


def count_left() -> int:
    """Count the visitors that wait to be fetched, at no task run where none does."""
    return count_waiting_visitors() if visitors_wait() else 0


def _fetch(runner: Runner, wave: list[UUID]) -> list[Fetch]:
    futures = [
        runner.submit(fetch_visitor, {"web_visitor_id": web_visitor_id}) for web_visitor_id in wave
    ]
    results = [future.result(raise_on_failure=False) for future in futures]
    return [_outcome(*each) for each in zip(wave, results, strict=True)]


def _outcome(web_visitor_id: UUID, result: Any) -> Fetch:
    if isinstance(result, MatomoAwayError):
        return Fetch(web_visitor_id, error=result.kind, away=True, retry_after=result.retry_after)
    if isinstance(result, MatomoRefusedError):
        return Fetch(web_visitor_id, error=result.kind)
    if isinstance(result, DatabaseRefusedError):
        return Fetch(web_visitor_id, error="database-refused")  # others' visits may be saved
    if isinstance(result, Fetch):
        return result
    raise result  # the database is away, or we are wrong: the run has failed
