"""What a source may ask for beyond being stored; all of it is off until its definition says so."""

import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, model_validator

from models.admitting.schemes import Part, Text

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|\*")
HOST = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?")
PLAIN_URL = re.compile(r"https?://[!-\[\]-~]{1,2000}")
"""Visible ASCII without a backslash, which browsers take for a slash and parsers do not."""


def _origin(value: str) -> str:
    if not ORIGIN.fullmatch(value):
        raise ValueError("it is no origin. Write https://www.example.com, without a path.")
    return value


def _host(value: str) -> str:
    if not HOST.fullmatch(value):
        raise ValueError("it is no host. Write www.example.com, without https:// and path.")
    return value


class Senders(Part):
    """What a source's senders may ask for."""

    describes_entities: bool = False
    """Whether /get_entities and /get_entity_description answer."""
    get: bool = False
    """Whether a GET is taken, its query being the parameters."""
    challenge: Text | None = None
    """The parameter of a GET that is echoed, to show that the URL is ours."""
    origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()
    """Whose pages may post from a visitor's browser and read the answer."""
    redirect_hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    """Hosts that a form's visitor may be sent on to."""
    redirect_to: Text | None = None
    """Where a form's visitor is sent on to."""
    redirect_field: Text | None = None
    """The field, or parameter of the query, by which a form names another address."""

    @model_validator(mode="after")
    def _redirects(self) -> "Senders":
        if (self.redirect_to or self.redirect_field) and not self.redirect_hosts:
            raise ValueError('a redirect needs redirect_hosts = ["www.example.com"].')
        if self.redirect_to and not self.may_redirect(self.redirect_to):
            raise ValueError("redirect_to is no http(s) address on a host of redirect_hosts.")
        return self

    def may_redirect(self, url: str) -> bool:
        """Say whether a visitor may be sent on to an address."""
        if not PLAIN_URL.fullmatch(url):
            return False
        try:
            return urlsplit(url).netloc.lower() in self.redirect_hosts
        except ValueError:  # a host in brackets that is no address
            return False

    def redirect(self, values: Mapping[str, object]) -> str | None:
        """Return where a form's visitor is sent on to, None where they are answered.

        What the form names counts where it lies on one of the hosts.
        """
        named = values.get(self.redirect_field) if self.redirect_field else None
        if isinstance(named, str) and self.may_redirect(named.strip()):
            return named.strip()
        return self.redirect_to

    def allows(self, origin: str | None) -> bool:
        """Say whether pages of an origin may post and read the answer."""
        return origin is not None and ("*" in self.origins or origin.lower() in self.origins)
