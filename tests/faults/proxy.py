"""A proxy between Hookline and PostgreSQL, which can cut connections in the middle of a commit."""

import socket
from contextlib import suppress
from threading import Thread

from sqlalchemy.engine import make_url

COMMIT = b"COMMIT"


class Proxy:
    """Passes on what comes to a port of its own, to PostgreSQL's socket."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port: int = self._listening.getsockname()[1]
        self.cut_every = 0
        """Each so-manieth commit loses its connection: every other time PostgreSQL has heard of it,
        and its answer is lost."""
        self.cuts = 0
        self._commits = 0
        Thread(target=self._listen, daemon=True).start()

    def instead_of(self, url: str) -> str:
        """Return the URL of a database of that server, by way of this proxy."""
        through = make_url(url).set(host="127.0.0.1", port=self.port, query={})
        return through.render_as_string(False)

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server, suppress(OSError):
            server.connect(self._server)
            answering = Thread(target=self._answer, args=(server, client), daemon=True)
            answering.start()
            with suppress(OSError):
                self._pass_on(client, server)
            _hang_up(server, client)
            answering.join()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        while data := client.recv(65536):
            if self._is_to_be_cut(data):
                if self.cuts % 2:
                    server.sendall(data)
                return
            server.sendall(data)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        _hang_up(server, client)

    def _is_to_be_cut(self, data: bytes) -> bool:
        if not self.cut_every or COMMIT not in data:
            return False
        self._commits += 1
        if self._commits % self.cut_every:
            return False
        self.cuts += 1
        return True

    def close(self) -> None:
        self._listening.close()


def _hang_up(*connections: socket.socket) -> None:
    for each in connections:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
