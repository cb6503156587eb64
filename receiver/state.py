"""What waits at this moment, in the database and in the spool, for Prometheus."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from models.database import DatabaseAwayError, DatabaseRefusedError, bounded_engine, reading
from models.identity import utc_now
from models.receiving.measuring import MOST, oldest_new, webhooks_by_status
from models.receiving.spool import segments, size_of
from models.settings import settings


class State(Collector):
    """Gauges, each read when they are asked for."""

    def collect(self) -> Iterator[Metric]:
        """Read the spool, and the database where it answers."""
        spool = settings().resolved_spool_path()
        yield GaugeMetricFamily("hookline_spool_bytes", "Bytes in the spool", size_of(spool))
        yield GaugeMetricFamily(
            "hookline_spool_segments", "Files in the spool", len(segments(spool))
        )
        yield GaugeMetricFamily(
            "hookline_spool_max_bytes", "Bytes that it may hold", settings().spool_max_bytes
        )
        try:
            found = list(_of_database())
        except (DatabaseAwayError, DatabaseRefusedError):
            found = []
        yield GaugeMetricFamily(
            "hookline_database_up", "Whether the database answers with our tables", bool(found)
        )
        yield from found


def _of_database() -> Iterator[Metric]:
    with reading(bounded_engine(settings().store_timeout_seconds)) as session:
        by_status, oldest = webhooks_by_status(session), oldest_new(session)
    webhooks = GaugeMetricFamily(
        "hookline_webhooks", f"Webhooks by status, counted up to {MOST}", labels=["status"]
    )
    for status, count in by_status.items():
        webhooks.add_metric([status], count)
    yield webhooks
    yield GaugeMetricFamily(
        "hookline_oldest_new_webhook_seconds",
        "How long the oldest webhook in New has waited, 0 where there is none",
        (utc_now() - oldest).total_seconds() if oldest else 0,
    )
