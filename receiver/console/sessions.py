"""Sessions: a signed cookie, for the console alone; webhooks never come near it."""

from datetime import timedelta

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from models.settings import settings
from models.users.secret import session_secret

COOKIE = "hookline_console"


class ConsoleSessions(SecureCookieSessionInterface):
    """Opens sessions under /console only, and reads the secret with the first of them."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Open the session of a request for the console, and an empty one for all others."""
        if not request.path.startswith("/console"):
            return SecureCookieSession()
        app.secret_key = session_secret()
        return super().open_session(app, request)


def set_up(app: Flask) -> None:
    """Have the console's cookie sent to the console alone, unread by scripts, and end in time."""
    app.session_interface = ConsoleSessions()
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_PATH="/console",
        SESSION_COOKIE_HTTPONLY=True,
        # Lax, not strict: a link in a notification is to find people signed in.
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings().public_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=settings().console_idle_minutes),
        WTF_CSRF_TIME_LIMIT=None,  # a token ends with its session
    )
