"""A steady load on the receiver over real HTTP, and how long its answers took."""

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter, sleep

BODY = b'{"EntityName": "FormSubmit", "FirstName": "Ada", "Email": "ada@example.com"}'


@dataclass
class Load:
    """Connections that each send at a steady rate, bounded in time.

    A request counts from the moment it was due, so that one which had to wait for a slow one
    before it is as late as its sender would find it.
    """

    port: int
    api_key: str
    connections: int = 16
    requests_a_second: int = 200
    most_seconds: float = 600
    body: Callable[[], bytes] = lambda: BODY
    answers: list[tuple[float, float, int]] = field(default_factory=list)
    """When each was due, how long it took, in seconds, and its status."""

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(at,)) for at in range(self.connections)
        ]

    def __enter__(self) -> "Load":
        self.began = perf_counter()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def now(self) -> float:
        """Return the seconds since the load began."""
        return perf_counter() - self.began

    def _send(self, at: int) -> None:
        every = self.connections / self.requests_a_second
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        due = at / self.requests_a_second
        while not self._stop.is_set() and due < self.most_seconds:
            sleep(max(0, due - self.now()))
            headers = {"Content-Type": "application/json"}
            connection.request("POST", f"/webhooks/{self.api_key}", self.body(), headers)
            answer = connection.getresponse()
            answer.read()
            self.answers.append((due, self.now() - due, answer.status))
            due += every
        connection.close()

    def milliseconds(self, start: float, end: float) -> list[float]:
        """Return how long the answers took that were due between two moments, the fastest first."""
        return sorted(1000 * took for due, took, _ in self.answers if start <= due < end)


def percentile(ordered: list[float], share: float) -> float:
    """Return the value that a share of the values does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
