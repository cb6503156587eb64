"""How values are written on pages, and errors in words."""

from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from models.identity import utc_now
from receiver.console.blueprint import blueprint
from receiver.console.gate import may, sees_data

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}
"""What pages need beside the headers of every answer, which stand in `receiver.headers`."""
UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


for known in (may, sees_data):
    blueprint.add_app_template_global(known)
blueprint.add_app_template_global(generate_csrf, "csrf_token")
blueprint.add_app_template_global(utc_now, "now")


@blueprint.app_template_filter("when")
def when(moment: datetime | None) -> Markup:
    """Write a moment in UTC, to the second."""
    if moment is None:
        return Markup('<span class="none">&ndash;</span>')
    return Markup('<time datetime="{}">{:%Y-%m-%d} <b>{:%H:%M:%S}</b></time>').format(
        moment.isoformat(), moment, moment
    )


@blueprint.app_template_filter("ago")
def ago(moment: datetime | None) -> str:
    """Write how long ago a moment was, in its largest unit."""
    if moment is None:
        return "never"
    return f"{span((utc_now() - moment).total_seconds())} ago"


@blueprint.app_template_filter("span")
def span(seconds: float) -> str:
    """Write a number of seconds in its largest unit: 90 is `1 min`."""
    for size, unit in UNITS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "0 s"


@blueprint.app_template_filter("count")
def count(number: int) -> str:
    """Write a whole number with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\u202f")


@blueprint.app_template_filter("shown")
def shown(text: object) -> str:
    """Write what a sender wrote so that no control character steers a screen or turns text."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else f"\\u{ord(each):04x}"
        for each in str(text)
    )


def page_of(error: HTTPException) -> ResponseReturnValue:
    """Answer an error with a page in words."""
    code = error.code or 500
    page = render_template(
        "error.html",
        code=code,
        name=HTTP_STATUS_CODES.get(code, error.name),
        words=error.description,
    )
    return page, code, dict(SECURITY)
