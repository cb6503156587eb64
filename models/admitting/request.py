"""A request as it is checked, and the two ways in which it is not let in."""

from collections.abc import Sequence
from dataclasses import dataclass


class NotAdmittedError(Exception):
    """The sender could not show who it is. The text says what was wrong, and quotes no secret."""


class BrokenDefinitionError(Exception):
    """We cannot check what our own definition asks for, and so let no one in."""


@dataclass(frozen=True)
class Request:
    """What a sender sent, as its signature covers it."""

    body: bytes = b""
    headers: Sequence[tuple[str, str]] = ()
    method: str = "POST"
    url: str = ""
    """The whole address that was asked for, with the query."""
    query: str = ""
    content_type: str | None = None
    address: str = ""
    """Where it came from: the IP address of the sender, or of the proxy before us."""

    def header(self, name: str) -> str:
        """Return the value of a header.

        Raises:
            NotAdmittedError: it is missing, or came twice, so that it says two things.
        """
        values = [value for each, value in self.headers if each.lower() == name.lower()]
        if not values:
            raise NotAdmittedError(f"The header {name} is missing.")
        if len(values) > 1:
            raise NotAdmittedError(f"The header {name} came more than once.")
        return values[0]

    def header_or_none(self, name: str) -> str | None:
        """Return the value of a header that came once."""
        try:
            return self.header(name)
        except NotAdmittedError:
            return None


def octets_of(text: str) -> bytes:
    """Return the octets of a header's text, which WSGI hands over as latin-1."""
    return text.encode("latin-1", "backslashreplace")
