"""Pages for people, under /console: server-rendered, with no script that they need.

blueprint   what all pages hang on, and how a page says who may see it
sessions    the cookie
gate        who is there, whether they may, and whether they meant it
words       how values are written, and errors
the others  a page or two each; what they show is read in models/looking
"""

from flask import Flask, Response

from receiver.console import (
    bounds,
    exporting,
    lookups,
    mapping,
    overview,
    records,
    sessions,
    signing_in,
    sources,
    users,
    webhook,
    webhooks,
    words,
)
from receiver.console.blueprint import blueprint

PAGES = (
    bounds,
    exporting,
    lookups,
    mapping,
    overview,
    records,
    signing_in,
    sources,
    users,
    webhook,
    webhooks,
)
"""They hang themselves on the blueprint."""


def register(app: Flask) -> None:
    """Add the console to an application."""
    sessions.set_up(app)
    app.register_blueprint(blueprint)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


@blueprint.after_request
def _secure(response: Response) -> Response:
    for name, value in words.SECURITY.items():
        response.headers.setdefault(name, value)
    return response
