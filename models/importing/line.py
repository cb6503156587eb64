"""One webhook as a line of JSON says it, and what is wrong with the line, in words."""

import base64
import binascii
from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)


def _decoded(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise ValueError("is not base64") from None


# PostgreSQL keeps no NUL in a text.
Text = Annotated[str, StringConstraints(pattern="^[^\\x00]*$")]


class Line(BaseModel):
    """One webhook, as a line of JSON says it."""

    model_config = ConfigDict(extra="forbid")

    body: str | None = Field(default=None, validation_alias=AliasChoices("body", "request_body"))
    body_base64: Annotated[bytes, BeforeValidator(_decoded)] | None = None
    headers: dict[Text, Text] | list[tuple[Text, Text]] = Field(default_factory=dict)
    content_type: Text | None = None
    query: Text = Field(default="", validation_alias=AliasChoices("query", "query_parameters"))
    source_url: Text | None = None
    received_at: AwareDatetime | None = None

    def octets(self) -> bytes:
        """Return the body as it came.

        Raises:
            ValueError: there is none, or there are two.
        """
        if (self.body is None) == (self.body_base64 is None):
            raise ValueError("say either body, as text, or body_base64")
        return self.body.encode() if self.body is not None else self.body_base64 or b""

    def pairs(self) -> list[tuple[str, str]]:
        """Return the headers as pairs, since a name may come several times."""
        return list(self.headers.items()) if isinstance(self.headers, dict) else self.headers

    def type_of_content(self) -> str | None:
        """Return the content type, that of the headers where none is said."""
        named = (value for name, value in self.pairs() if name.lower() == "content-type")
        return self.content_type or next(named, None)


def in_words(error: ValidationError) -> str:
    """Say what is wrong and where, without what was written there."""
    first = error.errors(include_input=False, include_url=False)[0]
    at = ".".join(str(part) for part in first["loc"][:1])
    hint = {
        "extra_forbidden": "is not known: leave it out. Known are body or body_base64, headers, "
        "content_type, query, source_url, received_at",
        "timezone_aware": "has no time zone: write it as 2026-03-01T12:00:00Z",
        "string_type": "must be text; write a body that is JSON as text, or as body_base64",
        "string_pattern_mismatch": "holds a NUL character: leave it out",
    }.get(first["type"], f"{first['msg'][:1].lower()}{first['msg'][1:]}")
    return f"{at}: {hint}" if at else hint
