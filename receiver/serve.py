"""Serve the receiver with granian, its processes and threads as the settings say."""

from granian import Granian
from granian.constants import Interfaces

from models.settings import settings

BLOCKING_THREADS = 8
"""Threads a process that take requests; they mostly wait for the disk."""
STOP_SECONDS = 6
"""How long what was taken may take to be answered, once the receiver is told to stop. Without it,
one sender that never ends its request would keep it from stopping."""


def serve() -> None:
    """Serve until the process is told to stop; it answers what it has taken first."""
    Granian(
        "receiver:create_app",
        factory=True,
        address=settings().host,
        port=settings().port,
        interface=Interfaces.WSGI,
        websockets=False,
        workers=settings().receiver_workers,
        blocking_threads=BLOCKING_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        # The URL holds the key: the receiver writes a log of its own that names the source.
        log_access=False,
    ).serve()


if __name__ == "__main__":
    serve()
