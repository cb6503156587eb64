"""What is refused of a request before anyone looks at what it is for."""

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from receiver.wsgi import REFUSAL


class _Encoded(UnsupportedMediaType):
    """A body that would have to be decoded first."""

    def get_headers(self, *args: object, **kwargs: object) -> list[tuple[str, str]]:
        """Say which encoding is taken (RFC 9110, 15.5.16)."""
        return [*super().get_headers(), ("Accept-Encoding", "identity")]


def refuse() -> None:
    """Refuse what was found wrong before Flask was asked, and a body that is compressed.

    A few octets can be compressed from gigabytes, and a signature is over what was sent: so a
    body is taken as it is, or not at all.

    Raises:
        HTTPException: the refusal.
    """
    if refusal := request.environ.get(REFUSAL):
        raise refusal
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise _Encoded(
            "The body is compressed (Content-Encoding). Send it as it is; nothing was stored."
        )
