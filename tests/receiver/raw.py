"""Requests that no library would send, over sockets of their own."""

import socket
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from tests.processes import descendants
from tests.receiver.conftest import Served


@dataclass
class Raw:
    """A connection on which a test says every octet itself."""

    served: Served
    connection: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        address = urlsplit(self.served.url)
        self.connection = socket.create_connection((address.hostname, address.port), timeout=10)

    def __enter__(self) -> "Raw":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.connection.close()

    def send(self, *lines: str, body: bytes = b"") -> "Raw":
        """Send lines, with the end of each, and what follows them."""
        head = "".join(f"{line}\r\n" for line in lines).encode("latin-1")
        self.connection.sendall(head + body)
        return self

    def post(self, *headers: str, body: bytes = b"", query: str = "") -> "Raw":
        """Send the beginning of a webhook."""
        path = f"/webhooks/{self.served.api_key}{query}"
        return self.send(f"POST {path} HTTP/1.1", "Host: x", *headers, "", body=body)

    def rest(self) -> str:
        """Return all that comes until the receiver closes the connection."""
        answer = bytearray()
        try:
            while some := self.connection.recv(65536):
                answer += some
        except ConnectionResetError:  # it closed without reading the rest of a request
            pass
        return answer.decode("latin-1")

    def status(self) -> int:
        """Return the status of the answer, 0 where the connection is closed without one."""
        return int(self.rest().partition(" ")[2][:3] or 0)


def memory_of(served: Served) -> int:
    """Return how many bytes of memory the receiver's processes take."""
    sizes = 0
    for pid in {served.pid, *descendants(served.pid)}:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        sizes += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))
    return sizes
