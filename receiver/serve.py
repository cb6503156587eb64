"""Serve the receiver with granian, its processes as the settings say."""

import resource

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from models.settings import settings
from receiver.front import HEAD_BYTES
from receiver.metrics import shared_counts

CONNECTIONS_FOR_EACH_REQUEST = 2
"""Connections that a process keeps open, for each request that it may have in hand: most idle."""
OPEN_FILES = 64
"""Files that a process has open besides connections."""
STOP_SECONDS = 6
"""How long what was taken may take to be answered, once the receiver is told to stop. Without it,
one sender that never ends its request would keep it from stopping."""


def serve() -> None:
    """Serve until the process is told to stop; it answers what it has taken first."""
    connections = settings().max_requests_in_flight * CONNECTIONS_FOR_EACH_REQUEST
    allow_open_files(connections + OPEN_FILES)
    receiver = Granian(
        "receiver.front:create_front",
        factory=True,
        address=settings().host,
        port=settings().port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            # A connection on which nothing comes is closed after this, too.
            header_read_timeout=int(settings().receive_timeout_seconds * 1000),
            max_buffer_size=2 * HEAD_BYTES,  # a head of more is refused without words
        ),
        websockets=False,
        workers=settings().receiver_workers,
        backpressure=connections,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        # The URL holds the key: the receiver writes a log of its own that names the source.
        log_access=False,
    )
    with shared_counts():
        receiver.serve()


def allow_open_files(wanted: int) -> None:
    """Have the system let this process, and those that it starts, open as many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


if __name__ == "__main__":
    serve()
