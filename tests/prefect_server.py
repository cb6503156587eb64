"""A real Prefect server for the tests of a module, with a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def a_prefect_server() -> Iterator[None]:
    """Start a Prefect server that tells nobody of itself, and have flows use it."""
    # Here, since it brings all of the server along: seconds, which those who start none are spared.
    from prefect.testing.utilities import prefect_test_harness

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("DO_NOT_TRACK", "1")
        # A server that is behind with its own database answers 503: then the asker waits longer.
        patch.setenv("PREFECT_CLIENT_MAX_RETRIES", "20")
        with prefect_test_harness(server_startup_timeout=240):
            yield
