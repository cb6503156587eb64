"""One writer a process: it commits what has queued up, and only then do the requests answer.

A commit waits for the disk, and a hundred webhooks in one commit wait no longer than one. Where the
database does not take them within its time, they go to the spool, and from there into the table as
soon as the database takes them again. One that was sent both ways is stored once, by its id.
"""

import logging
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from models.database import DatabaseAwayError, DatabaseRefusedError, bounded_engine
from models.receiving.spool import Spool, segments
from models.receiving.storing import deliver, store_new
from models.receiving.waking import WAKE_EVERY_SECONDS, wake_watchers
from models.settings import settings
from receiver.waiting import Batch, Handover, Waiting

MOST_AT_ONCE = 500
LOOK_EVERY_SECONDS = 1.0
"""How often the spool is looked into, and a database that is away is tried again."""
PAUSE_SECONDS = 30.0
"""How long the spool is left alone after an error that waiting alone does not mend."""

log = logging.getLogger(__name__)


class Writer:
    """Stores the webhooks of all requests of this process."""

    def __init__(self) -> None:
        self._seconds = settings().store_timeout_seconds
        self._patience = 2 * self._seconds + 1  # a database that is away has been found out by then
        self._spool = Spool(settings().resolved_spool_path(), settings().spool_max_bytes)
        self._queue: SimpleQueue[Batch] = SimpleQueue()
        self._handover = Handover(self._queue.put, self._patience)
        self._away = False
        self.hangs = False
        """Whether a request has waited in vain: until the writer is back, each spools its own."""
        self._woke_at = 0.0
        self._starting = Lock()
        self._started = False
        if segments(self._spool.folder):
            self._start()

    def store(self, webhook: dict[str, Any]) -> UUID:
        """Return once a webhook is on disk, in the table or in the spool, and say under which id.

        One that repeats an event is not stored: the id is that of the webhook that came first. In
        the spool no one knows yet; it is found out when the spool is delivered.

        Raises:
            SpoolFullError: the database is away, and the spool has no room.
            DatabaseRefusedError: the database does not take it, as one that was not migrated.
        """
        self._start()
        if not self.hangs:
            mine = self._handover.wait(webhook)
            if mine.is_done:
                if mine.error:
                    raise mine.error
                return mine.stored_as
            log.error("the database does not answer, webhooks go to the spool")
            self.hangs = True
        self._spool.append([webhook])
        id_: UUID = webhook["id"]
        return id_

    def _start(self) -> None:
        """Start the threads with the first webhook, in the process that serves it."""
        with self._starting:
            if not self._started:
                self._started = True
                Thread(target=self._write_forever, name="writer", daemon=True).start()
                Thread(target=self._empty_spool_forever, name="spool", daemon=True).start()

    def _write_forever(self) -> None:
        while True:
            batches = [self._queue.get()]
            try:
                while sum(map(len, batches)) < MOST_AT_ONCE:
                    batches.append(self._queue.get_nowait())
            except Empty:
                pass
            self._store([each for batch in batches for each in batch])
            for batch in batches:
                batch.tell()
            self.hangs = False
            self._wake_watchers()

    def _wake_watchers(self) -> None:
        """Say that webhooks came, after their requests were answered, and not for each anew.

        Who was woken looks often by itself for longer than that.
        """
        if not self._away and monotonic() - self._woke_at > WAKE_EVERY_SECONDS:
            self._woke_at = monotonic()
            with suppress(DatabaseAwayError, DatabaseRefusedError):  # they look by themselves, too
                wake_watchers(bounded_engine(self._seconds))

    def _store(self, waiting: list[Waiting]) -> None:
        """Store what has queued up.

        What is refused as a whole is taken again webhook by webhook, so that one that is bad, or
        too large for what the spool has left, fails alone.
        """
        try:
            repeats = self._write([each.webhook for each in waiting])
            for each in waiting:
                each.stored_as = repeats.get(each.stored_as, each.stored_as)
        except Exception as error:
            if len(waiting) > 1:
                for each in waiting:
                    self._store([each])
            else:
                waiting[0].error = error
        else:
            log.info("stored %s", ", ".join(map(_in_words, waiting)))

    def _write(self, webhooks: list[dict[str, Any]]) -> dict[UUID, UUID]:
        if not self._away:
            try:
                return store_new(bounded_engine(self._seconds), webhooks, self._seconds)
            except DatabaseAwayError as error:
                self._away = True
                log.error("the database is away, webhooks go to the spool: %s", error)
        self._spool.append(webhooks)
        return {}

    def _empty_spool_forever(self) -> None:
        while True:
            sleep(LOOK_EVERY_SECONDS)
            try:
                self._empty_spool()
            except DatabaseAwayError:
                continue
            except Exception as error:  # whatever it is, the next webhook may be delivered
                log.error("the spool cannot be emptied: %s: %s", type(error).__name__, error)
                sleep(PAUSE_SECONDS)

    def _empty_spool(self) -> None:
        """Deliver what is in the spool. Once the database took some, it takes new webhooks too.

        Where another process has all of it in hand, the database is not known to be back.
        """
        if not segments(self._spool.folder):
            self._away = False
            return
        self._spool.close_segment()
        for count in deliver(self._spool.folder, bounded_engine(self._seconds)):
            self._away = False
            log.info("delivered %s webhooks from the spool", count)


def _in_words(stored: Waiting) -> str:
    source = stored.webhook["webhook_source"]
    if stored.stored_as == stored.webhook["id"]:
        return f"webhook {stored.stored_as} of source {source}"
    return f"again webhook {stored.stored_as} of source {source}"
