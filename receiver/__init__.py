"""Takes a request, stores it, answers. Knows no process.

`create_app` makes the Flask application, one a worker process.
"""

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix

from models.database import DatabaseAwayError
from models.settings import settings
from receiver import (
    console,
    describing,
    headers,
    health,
    intake,
    limits,
    metrics,
    other_methods,
    rates,
)
from receiver.console.words import page_of
from receiver.keys import Keys
from receiver.refusals import Refusals
from receiver.writer import Writer


class Receiver(Flask):
    """The application."""

    def log_exception(self, exc_info: Any) -> None:
        """Log what no code was written for, by the rule that was asked for: a URL holds a key."""
        self.logger.error("%s %s failed", request.method, request.url_rule, exc_info=exc_info)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Take each function as it is: none here is a coroutine, and Flask looks each time."""
        return func


def create_app() -> Flask:
    """Make the receiver: intake under /webhooks, health under /healthz, pages under /console."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # Where the command has brought another's handler along, the line above does nothing.
    logging.getLogger("receiver").setLevel(logging.INFO)
    app = Receiver(__name__)
    app.extensions["keys"] = Keys()
    app.extensions["writer"] = Writer()
    app.extensions["refusals"] = Refusals()
    app.extensions["rates"] = rates.make()
    app.register_blueprint(intake.blueprint)
    app.register_blueprint(other_methods.blueprint)
    app.register_blueprint(describing.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    console.register(app)
    if proxies := settings().trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    app.before_request(limits.refuse)
    app.after_request(headers.add)
    app.register_error_handler(HTTPException, _in_words)
    app.register_error_handler(DatabaseAwayError, _database_away)
    return app


def _in_words(error: HTTPException) -> ResponseReturnValue:
    """Answer every refusal as JSON that says what to do, with the headers that belong to it.

    Under /console it is a page.
    """
    if request.path.startswith("/console"):
        return page_of(error)
    response = jsonify(error=error.name, message=error.description)
    response.status_code = error.code or 500
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _database_away(error: DatabaseAwayError) -> ResponseReturnValue:
    return _in_words(ServiceUnavailable(f"The database cannot be reached ({error}). Try again."))
