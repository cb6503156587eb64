"""Senders: processes that post numbered webhooks at a steady rate, and write down each 200.

A number is sent once and never again, so that one that was not acknowledged may be there or not,
but not twice.
"""

import http.client
import json
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zlib import crc32

PROCESSES = 4
CONNECTIONS = 4
"""Of each process."""
ANSWER_SECONDS = 20
REST_SECONDS = 0.5
"""After one that was not acknowledged; what is due meanwhile is sent later, not all at once."""


def body(row: str, number: int) -> bytes:
    """Return a webhook: mostly forms, three a person; leads, orders, and some that must fail."""
    kinds = ["FormSubmit"] * 7 + ["Lead", "Order", "Nothing"]
    phone = f"+{crc32(row.encode()):010}{number // 3:05}"  # nobody else's: it would find them
    person = {"Email": f"{row}-{number // 3}@example.com", "Phone": phone}
    name = {"FormSubmit": "FullName", "Lead": "Contact", "Order": "Name"}
    entity = kinds[number % len(kinds)]
    said = {"EntityName": entity, "Number": str(number), name.get(entity, "Name"): "Ada Lovelace"}
    return json.dumps(said | person).encode()


@dataclass(frozen=True)
class Load:
    """Webhooks of a row of the table, numbered from 0, that come at a steady rate."""

    row: str
    api_key: str
    ports: Sequence[int]
    count: int
    a_second: float
    notes: Path

    def start(self) -> list[multiprocessing.process.BaseProcess]:
        """Start the senders."""
        self.notes.mkdir(parents=True)
        fresh = multiprocessing.get_context("spawn")
        began = time.time() + 2
        senders = [
            fresh.Process(target=self.send, args=(at, began), daemon=True)
            for at in range(PROCESSES)
        ]
        for sender in senders:
            sender.start()
        return list(senders)

    def send(self, process: int, began: float) -> None:
        """Send this process's share, over a few connections."""
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for at in range(CONNECTIONS):
                pool.submit(self._send, process * CONNECTIONS + at, began)

    def _send(self, first: int, began: float) -> None:
        port = self.ports[first % len(self.ports)]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        headers = {"Content-Type": "application/json"}
        late = 0.0
        with (self.notes / f"{first}").open("wb", buffering=0) as notes:
            for number in range(first, self.count, PROCESSES * CONNECTIONS):
                time.sleep(max(0, began + late + number / self.a_second - time.time()))
                sent = body(self.row, number)
                with suppress(OSError, http.client.HTTPException):
                    connection.request("POST", f"/webhooks/{self.api_key}", sent, headers)
                    answer = connection.getresponse()
                    webhook_id = json.loads(answer.read()).get("id")
                    if answer.status == http.client.OK:
                        notes.write(f"{number} {webhook_id} {time.time()}\n".encode())
                        continue
                connection.close()  # it opens itself again
                time.sleep(REST_SECONDS)
                late = max(late, time.time() - began - number / self.a_second)


def acknowledged(notes: Path) -> dict[int, tuple[str, float]]:
    """Return the numbers that were answered 200, with the webhook's id and the moment."""
    lines = [line.split() for file in notes.iterdir() for line in file.read_text().splitlines()]
    return {int(number): (webhook_id, float(at)) for number, webhook_id, at in lines}


def longest_pause(moments: Sequence[float]) -> float:
    """Return the longest time between two acknowledgements, or the end of the load, in seconds."""
    pairs = pairwise(sorted(moments))
    return max((later - earlier for earlier, later in pairs), default=float("inf"))
