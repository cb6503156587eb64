"""The ways in which a sender shows who it is, each described as data."""

from collections.abc import Sequence
from datetime import timedelta
from string import Formatter
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from models.admitting.secret import SecretEncoding
from models.durations import parse_duration

SIGNABLE = ("body", "timestamp", "id", "url", "method")
"""What the template of what is signed may name."""

JWT_ALGORITHMS = (
    "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA"
).split()


class Part(BaseModel):
    """A part of a definition: what it does not know is refused, and no error quotes a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _duration(value: Any) -> Any:
    return parse_duration(value) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1, max_length=1000)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}$")]
Secret = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=20_000)], ...],
    BeforeValidator(_several),
    Field(min_length=1, max_length=10, repr=False),
]
"""One, or several that are all good, while one replaces the other."""
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    Field(ge=timedelta(seconds=1), le=timedelta(days=30)),
]


class Unsigned(Part):
    """Whoever has the webhook URL may post; said so on purpose."""

    scheme: Literal["none"]


class Hmac(Part):
    """A keyed hash over what is sent, in a header."""

    scheme: Literal["hmac"]
    secret: Secret
    secret_encoding: SecretEncoding = "text"  # noqa: S105  no secret, but how one is written
    algorithm: Literal["sha1", "sha256", "sha384", "sha512", "sha3_256", "sha3_512"] = "sha256"
    signed: Text = "{body}"
    """What is signed: {body}, {timestamp}, {id}, {url}, {method}, and text between them."""
    header: HeaderName
    prefix: str = Field(default="", max_length=100)
    """What stands before the signature: `sha256=`."""
    field: str | None = Field(default=None, min_length=1, max_length=100)
    """The field within the header that holds it: `v1` of `t=…,v1=…`. It may come repeatedly."""
    separator: str = Field(default=",", min_length=1, max_length=10)
    encoding: Literal["hex", "base64", "base64url"] = "hex"
    timestamp_header: HeaderName | None = None
    timestamp_field: str | None = Field(default=None, min_length=1, max_length=100)
    timestamp_unit: Literal["s", "ms", "iso"] = "s"
    tolerance: Duration = timedelta(minutes=5)
    id_header: HeaderName | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Hmac":
        names = placeholders(self.signed)
        dated = self.timestamp_header or self.timestamp_field
        for wrong, words in (
            ("body" not in names, 'signed holds no {body}. Write it where the body is: "{body}".'),
            (
                bool(self.timestamp_header and self.timestamp_field),
                "timestamp_header and timestamp_field are both there. Keep the one that is true.",
            ),
            (
                "timestamp" in names and not dated,
                "signed holds {timestamp}. Say where it is sent: timestamp_header or "
                "timestamp_field.",
            ),
            (
                bool(dated) and "timestamp" not in names,
                "the timestamp is not signed, so that anyone may change it. Write {timestamp} in "
                "signed, or leave it out.",
            ),
            (
                ("id" in names) != bool(self.id_header),
                "{id} in signed and id_header belong together. Write both or neither.",
            ),
            (
                bool(self.timestamp_field) and not self.field,
                "timestamp_field needs field, which names the signature's own field.",
            ),
        ):
            if wrong:
                raise ValueError(words)
        return self


class StandardWebhooks(Part):
    """The scheme of standardwebhooks.com, by its own library."""

    scheme: Literal["standard-webhooks"]
    secret: Secret


class Basic(Part):
    """HTTP basic: a user's name and a password, the secret."""

    scheme: Literal["basic"]
    username: Text
    secret: Secret


class Bearer(Part):
    """A fixed token, the secret, in `Authorization: Bearer …`."""

    scheme: Literal["bearer"]
    secret: Secret


class FixedHeader(Part):
    """A fixed value, the secret, in a header of any name."""

    scheme: Literal["header"]
    header: HeaderName
    secret: Secret


class Jwt(Part):
    """A signed token (RFC 7519) that is itself the body, or stands in a header."""

    scheme: Literal["jwt"]
    secret: Secret
    """The key: text for HS…, a public key in PEM for the others."""
    algorithm: str = Field(pattern=f"^({'|'.join(JWT_ALGORITHMS)})$")
    """The one that is taken, whatever the token says."""
    header: HeaderName | None = None
    """Where it stands, with or without `Bearer` before it; without it, the body is the token."""
    issuer: str | None = None
    audience: str | None = None
    require: tuple[str, ...] = ()
    """Claims that must be there, such as exp."""
    tolerance: Duration = timedelta(minutes=5)


class Coded(Part):
    """A scheme in code: the function `verify` of a preset that is a Python file."""

    scheme: Literal["code"]
    code: Text
    secret: Secret

    FUNCTION: ClassVar[str] = "verify"


Signature = Annotated[
    Unsigned | Hmac | StandardWebhooks | Basic | Bearer | FixedHeader | Jwt | Coded,
    Field(discriminator="scheme"),
]


def placeholders(template: str) -> Sequence[str]:
    """Return what a template names.

    Raises:
        ValueError: it names something else than can be signed, or its braces are wrong.
    """
    return [name for _, name in pieces(template) if name]


def pieces(template: str) -> list[tuple[str, str | None]]:
    """Take a template apart: text, and what follows it.

    Raises:
        ValueError: it names something else than can be signed, or its braces are wrong.
    """
    names = ", ".join(f"{{{name}}}" for name in SIGNABLE)
    try:
        found = list(Formatter().parse(template))
    except ValueError:
        raise ValueError(
            f"its braces do not close. Write {names}; a brace itself is {{{{."
        ) from None
    for _, name, form, conversion in found:
        if name is not None and (name not in SIGNABLE or form or conversion):
            raise ValueError(f"{{{name}}} is not known. Write {names}, and text between them.")
    return [(text, name) for text, name, _, _ in found]
