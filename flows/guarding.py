"""Who may use Prefect's server: this machine alone, or whoever has its auth string.

Prefect's API runs what it is told to run. A server that is open to others without an auth string
lets anyone who reaches it do so.
"""

import ipaddress
from collections.abc import Mapping

import click
import httpx

HOST = "PREFECT_SERVER_API_HOST"
DEMANDED = "PREFECT_SERVER_API_AUTH_STRING"
SENT = "PREFECT_API_AUTH_STRING"


def sent_by_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what has our worker and our commands send what our server demands."""
    demanded = environment.get(DEMANDED)
    return {SENT: demanded} if demanded and not environment.get(SENT) else {}


def auth(environment: Mapping[str, str]) -> httpx.BasicAuth | None:
    """Return how a request of ours shows the auth string, None where there is none."""
    user, colon, password = environment.get(SENT, "").partition(":")
    return httpx.BasicAuth(user, password) if colon else None


def refuse_open_server(environment: Mapping[str, str]) -> None:
    """Refuse to start a server that others can reach and that asks nobody who they are.

    Raises:
        ClickException: it is such; the text says what to set.
    """
    host = environment[HOST]
    if not is_loopback(host) and ":" not in environment.get(DEMANDED, ""):
        raise click.ClickException(
            f"{HOST} is {host}: others could reach Prefect's server, and run what they like on "
            f"this machine. Set {DEMANDED} to `name:password`, and have them sign in with it; or "
            f"leave {HOST} at 127.0.0.1."
        )


def is_loopback(host: str) -> bool:
    """Say whether an address is this machine's own, and no other machine's."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
