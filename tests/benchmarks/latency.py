"""Latency: received to Done with contact, at ten a second, everything as `hookline run` starts it.

With it what else the same processes show: how soon a webhook is accepted after the start, and how
Prefect's database grows.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from os import environ
from random import Random
from threading import Event, Thread
from time import monotonic, sleep, time
from uuid import UUID

from sqlalchemy import Executable
from sqlmodel import col, select

from models.database import reading
from models.entities.form_submit import FormSubmit
from models.webhook import Status, Webhook, WebhookRecord
from tests.benchmarks import plots
from tests.benchmarks.databases import KINDS, Database, database
from tests.benchmarks.everything import Everything, everything
from tests.benchmarks.forms import form
from tests.benchmarks.load import Load, percentile
from tests.benchmarks.report import Figure, at_most

A_SECOND = 10
SECONDS = int(environ.get("HOOKLINE_BENCH_LATENCY_SECONDS", "240"))
SETTLE_SECONDS = 30
MEGABYTE = 1024 * 1024
LOOK_EVERY_SECONDS = 0.02


def measure() -> Iterator[Figure]:
    """Measure on both databases: a start that sets all up, and then one as it is every day."""
    distributions, growths = {}, {}
    for kind in KINDS:
        print(f" {kind}", flush=True)
        with database(kind) as of:
            with everything(of) as started:
                started.wait_for_welcome()
            with everything(of) as started:
                start = started.start_seconds
                started.wait_for_welcome()
                sleep(SETTLE_SECONDS)
                growth = _Growth(started)
                with growth:
                    took = _latencies(of, started)
        distributions[kind] = took
        growths[kind] = growth.curve()
        yield from (
            at_most(
                f"{kind}: p50, received to Done with contact", percentile(took, 0.5), 0.5, " s"
            ),
            at_most(f"{kind}: p99", percentile(took, 0.99), 2, " s"),
            Figure(f"{kind}: slowest of {len(took)}", f"{took[-1]:.2f} s"),
            at_most(f"{kind}: Prefect's database, an hour", growth.an_hour(), 50, " MB"),
            at_most(f"{kind}: start to first accepted webhook", start, 15, " s"),
        )
    title = f"Received to Done with contact, {A_SECOND} a second"
    plots.distribution("latency", title, distributions, "seconds")
    plots.curves(
        "latency-prefect-database",
        f"Prefect's database, {A_SECOND} webhooks a second",
        growths,
        "seconds",
        "MB more",
    )


def _latencies(of: Database, started: Everything) -> list[float]:
    """Send at a steady rate, and see when each webhook is Done and its contact is there."""
    random = Random(11)
    done: dict[UUID, float] = {}
    sent = Load(
        started.port,
        of.api_key,
        connections=4,
        requests_a_second=A_SECOND,
        most_seconds=SECONDS,
        body=lambda: json.dumps(form(random, 300)).encode(),
    )
    stop = Event()
    with reading() as session:
        for webhook_id, _ in session.execute(_through()):
            done[webhook_id] = 0
    before = len(done)
    watcher = Thread(target=_watch, args=(done, stop))
    watcher.start()
    with sent:
        sleep(SECONDS + 1)
    end = monotonic() + 60
    while len(done) < before + len(sent.answers) and monotonic() < end:
        sleep(0.1)
    stop.set()
    watcher.join()
    assert {status for _, _, status in sent.answers} == {200}
    took = sorted(seconds for seconds in done.values() if seconds)
    assert len(took) == len(sent.answers) >= SECONDS * A_SECOND - 4, (len(took), len(sent.answers))
    return took


def _through() -> Executable:
    return (
        select(Webhook.id, Webhook.received_at)
        .join(WebhookRecord, col(WebhookRecord.webhook_id) == col(Webhook.id))
        .join(FormSubmit, col(FormSubmit.id) == col(WebhookRecord.record_id))
        .where(Webhook.status == Status.DONE, col(FormSubmit.contact_searched_at).is_not(None))
    )


def _watch(done: dict[UUID, float], stop: Event) -> None:
    """Note when each webhook is first seen to be through: what a reader of the tables sees."""
    while not stop.is_set():
        with reading() as session:
            through = session.execute(_through()).all()
        now = datetime.fromtimestamp(time(), UTC)
        for webhook_id, received_at in through:
            done.setdefault(webhook_id, (now - received_at).total_seconds())
        sleep(LOOK_EVERY_SECONDS)


class _Growth:
    """Watches how Prefect's database grows while a block runs."""

    def __init__(self, of: Everything) -> None:
        self._of = of
        self._stop = Event()
        self._thread = Thread(target=self._watch)
        self._times: list[float] = []
        self._sizes: list[float] = []

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        began, first = monotonic(), self._of.prefect_bytes()
        while not self._stop.wait(1):
            self._times.append(monotonic() - began)
            self._sizes.append((self._of.prefect_bytes() - first) / MEGABYTE)

    def curve(self) -> plots.Curve:
        return self._times, self._sizes

    def an_hour(self) -> float:
        return self._sizes[-1] / self._times[-1] * 3600
