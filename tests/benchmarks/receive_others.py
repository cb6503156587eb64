"""What the receiver is compared with, on the same server: `python -m … no_work|commit_each`."""

import json
import sys
from typing import Any

from flask import Flask, Response, jsonify, request
from granian import Granian
from granian.constants import HTTPModes, Interfaces

from models.database import transaction
from models.settings import settings
from models.source import find_key
from models.webhook import Webhook
from receiver.front import Send, _send
from receiver.load import Receive
from receiver.wsgi import call, environ_of

ID = "0192f0c1-0000-7000-8000-000000000000"


class NoWork:
    """The same server and the same Flask, on the same event loop, with nothing to do."""

    def __init__(self) -> None:
        self.app = Flask("no_work")
        _add_health(self.app)

        @self.app.post("/webhooks/<key>")
        def _receive(key: str) -> Response:
            return jsonify(id=ID)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await receive()
        await _send(send, call(self.app, environ_of(scope, bytearray())))


def no_work() -> NoWork:
    return NoWork()


def commit_each() -> Flask:
    """What one would write first: Flask, SQLModel, and a commit for each request."""
    app = Flask("commit_each")
    _add_health(app)

    @app.post("/webhooks/<api_key>")
    def _receive(api_key: str) -> Response:
        with transaction() as session:
            found = find_key(session, api_key)
            assert found is not None
            key, source = found
            webhook = Webhook(
                request_body=request.get_data(),
                headers=json.dumps(list(request.headers.items())),
                content_type=request.content_type,
                webhook_source=source.name,
                api_key=key.id,
            )
            session.add(webhook)
        return jsonify(id=str(webhook.id))

    return app


def _add_health(app: Flask) -> None:
    app.get("/healthz")(lambda: "ok")


def serve(name: str) -> None:
    """Serve one of them with granian, as the receiver is served: Flask's own by threads."""
    on_loop = name == "no_work"
    Granian(
        f"tests.benchmarks.receive_others:{name}",
        factory=True,
        address="127.0.0.1",
        port=settings().port,
        interface=Interfaces.ASGINL if on_loop else Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings().receiver_workers,
        blocking_threads=None if on_loop else 8,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    serve(sys.argv[1])
