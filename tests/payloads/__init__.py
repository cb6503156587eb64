"""Real requests to send, one file each, and what each becomes.

A file says in two comments what it shows and what it becomes: status, entity, and the errors as a
run's table writes them. Then follow the request line, the headers, an empty line and the body. It
is written in UTF-8, and is sent in the charset that its Content-Type names; the line ends of a
multipart body are sent as CRLF.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from werkzeug.http import parse_options_header


@dataclass(frozen=True)
class Payload:
    """One request, with the key still to be filled in."""

    name: str
    shows: str
    becomes: tuple[str, ...]
    path: str
    headers: dict[str, str]
    body: bytes

    def path_for(self, api_key: str) -> str:
        return self.path.format(key=api_key)


@cache
def payloads() -> list[Payload]:
    """Read every payload of this folder: what goes well, what half does, what fails."""
    files = Path(__file__).parent.glob("*.http")
    made = [_read(file.stem, file.read_text("utf-8")) for file in files]
    return sorted(made, key=lambda each: (each.becomes[0], len(each.becomes), each.name))


def of_service(name: str) -> Payload:
    """Read what a service sends, of the shape that it documents."""
    file = Path(__file__).parent / "services" / f"{name}.http"
    return _read(name, file.read_text("utf-8"))


def _read(name: str, text: str) -> Payload:
    head, _, body = text.partition("\n\n")
    shows, becomes, request_line, *header_lines = head.splitlines()
    headers = dict(line.split(": ", 1) for line in header_lines)
    return Payload(
        name=name,
        shows=shows.removeprefix("# "),
        becomes=tuple(becomes.removeprefix("# Becomes: ").split(", ")),
        path=request_line.removeprefix("POST "),
        headers=headers,
        body=_as_sent(body.removesuffix("\n"), headers.get("Content-Type", "")),
    )


def _as_sent(body: str, content_type: str) -> bytes:
    media_type, options = parse_options_header(content_type)
    if media_type.startswith("multipart/"):
        body = body.replace("\n", "\r\n") + "\r\n"
    return body.encode(options.get("charset", "utf-8"))
