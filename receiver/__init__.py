"""Takes a request, stores it, answers. Knows no process.

`create_app` makes the Flask application, one a worker process.
"""

import logging

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from receiver import console, health, intake


def create_app() -> Flask:
    """Make the receiver: intake under /webhooks, health under /healthz, pages under /console."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    app = Flask(__name__)
    app.register_blueprint(intake.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(console.blueprint)
    app.register_error_handler(HTTPException, _in_words)
    return app


def _in_words(error: HTTPException) -> ResponseReturnValue:
    """Answer every refusal as JSON that says what to do, with the headers that belong to it."""
    response = jsonify(error=error.name, message=error.description)
    response.status_code = error.code or 500
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response
