"""How many requests were answered without being stored, by source and reason.

They are gathered in memory and written about once a second, so that whoever is refused cannot load
the database. A process that is killed takes its last second of them along.
"""

import logging
from collections import Counter
from threading import Lock, Thread
from time import sleep

from flask import current_app

from models.admitting.counting import add_refusals
from models.database import DatabaseAwayError, DatabaseRefusedError, bounded_engine, transaction
from models.identity import utc_now
from models.settings import settings
from receiver import metrics

WRITE_EVERY_SECONDS = 1.0

log = logging.getLogger(__name__)


def count(source: str, reason: str) -> None:
    """Count one request of a source that was not stored.

    Args:
        source: the name of the source, empty where the key was not known.
        reason: a word of ours, such as `signature` or `rate`: each makes a row an hour.
    """
    current_app.extensions["refusals"].count(source, reason)
    metrics.refused.labels(source, reason).inc()


class Refusals:
    """What this process has refused and not yet written."""

    def __init__(self) -> None:
        self._seconds = settings().store_timeout_seconds
        self._url = settings().resolved_database_url()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._counting = Lock()
        self._started = False

    def count(self, source: str, reason: str) -> None:
        """Count one request."""
        with self._counting:
            self._counts[source, reason] += 1
            if not self._started:  # in the process that serves, not in the one it was forked from
                self._started = True
                Thread(target=self._write_forever, name="refusals", daemon=True).start()

    def write(self) -> None:
        """Write what was counted; keep it where the database does not take it."""
        with self._counting:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            with transaction(bounded_engine(self._seconds, self._url)) as session:
                add_refusals(session, counts, utc_now())
        except Exception:
            with self._counting:
                self._counts.update(counts)
            raise

    def _is_over(self) -> bool:
        """Say whether nothing is left to write; the next one that is refused begins anew."""
        with self._counting:
            self._started = bool(self._counts)
        return not self._started

    def _write_forever(self) -> None:
        while True:
            sleep(WRITE_EVERY_SECONDS)
            try:
                self.write()
                if self._is_over():
                    return
            except (DatabaseAwayError, DatabaseRefusedError) as error:
                log.warning("the counts of refused requests wait: %s", error)
            except Exception as error:  # whatever it is, the next ones may be written
                log.error("refused requests cannot be counted: %s", type(error).__name__)
