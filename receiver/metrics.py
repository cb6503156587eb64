"""GET /metrics: what a monitoring system asks for, as Prometheus has it.

What each process counts lies in files that all processes of a receiver share (`shared_counts`), so
that any of them answers for all. What waits is asked of the database and the spool, at that moment.
"""

import ipaddress
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hmac import compare_digest
from pathlib import Path

from flask import Blueprint, Response, abort, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

from models.settings import settings
from receiver.state import State

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder of shared counts. prometheus-client looks for it when it is
imported, so that `hookline serve` sets it before this program begins."""
FOLDER_PREFIX = "hookline-metrics-"
FORWARDING_HEADERS = ("forwarded", "x-forwarded-", "x-real-ip", "via")
ROOMS = ("webhooks", "console", "healthz", "metrics")

blueprint = Blueprint("metrics", __name__)
counts = CollectorRegistry()


@cache
def process_id() -> int:
    """Return the id of this process, which prometheus-client asks for each time that it counts."""
    return os.getpid()


if SHARED in os.environ:
    os.register_at_fork(after_in_child=process_id.cache_clear)
    values.ValueClass = values.MultiProcessValue(process_id)  # type: ignore[no-untyped-call]

answers = Counter(
    "hookline_answers", "Answers, by what was asked for and their code", ["of", "code"],
    registry=counts,
)  # fmt: skip
seconds = Histogram(
    "hookline_answer_seconds",
    "From the end of a request's headers to its answer, in seconds",
    ["of"],
    registry=counts,
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
received = Counter(
    "hookline_webhooks_received", "Webhooks that were stored, by source", ["source"],
    registry=counts,
)  # fmt: skip
refused = Counter(
    "hookline_requests_refused", "Requests that were not stored, by source and reason",
    ["source", "reason"], registry=counts,
)  # fmt: skip


@contextmanager
def shared_counts() -> Iterator[None]:
    """Remove the folder of shared counts at the end, where it was made for this receiver."""
    try:
        yield
    finally:
        folder = Path(os.environ.get(SHARED, ""))
        if folder.name.startswith(FOLDER_PREFIX):
            shutil.rmtree(folder, ignore_errors=True)


def count_answer(path: str, code: int, took: float) -> None:
    """Count one answer. A URL may hold a key: its first part alone is told, where it is ours."""
    room = path.split("/", 2)[1] if path.startswith("/") else ""
    of = room if room in ROOMS else "other"
    _answers(of, code).inc()
    _seconds(of).observe(took)


def count_received(source: str) -> None:
    """Count one webhook that was stored."""
    _received(source).inc()


# What labels name is remembered: to look it up takes longer than to count.
_answers = cache(answers.labels)
_seconds = cache(seconds.labels)
_received = cache(received.labels)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer with all of them, to this machine, or to who has the token."""
    _refuse_others()
    if os.environ.get(SHARED):
        of_all = CollectorRegistry()
        MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
    else:
        of_all = counts
    waiting = CollectorRegistry()
    waiting.register(State())
    text = generate_latest(of_all) + generate_latest(waiting)
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _refuse_others() -> None:
    if token := settings().metrics_token.get_secret_value():
        said = request.headers.get("Authorization", "").encode("latin-1")
        if not compare_digest(said, f"Bearer {token}".encode()):
            abort(401, "Send `Authorization: Bearer` with the token of HOOKLINE_METRICS_TOKEN.")
        return
    here = ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104
    forwarded = any(name.lower().startswith(FORWARDING_HEADERS) for name, _ in request.headers)
    if not here or forwarded:
        abort(403, "Metrics are for this machine alone, unless HOOKLINE_METRICS_TOKEN is set.")
