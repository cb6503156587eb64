"""Serve the receiver with granian, its processes and threads as the settings say."""

from granian import Granian
from granian.constants import Interfaces

from models.settings import settings

BLOCKING_THREADS = 8
"""Threads a process that take requests; they mostly wait for the disk."""


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
        # The URL holds the key: the receiver writes a log of its own that names the source.
        log_access=False,
    ).serve()


if __name__ == "__main__":
    serve()
