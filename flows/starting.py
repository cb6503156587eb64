"""Everything at once, as `hookline run` starts it: Prefect's server, a worker, the receiver."""

import signal
import socket

import click
import yaml

from flows import guarding, leftovers, serving
from flows.keeping import Kept
from models.settings import place, settings

SERVER = "prefect"
"""What the Procfile calls Prefect's server."""
START_SECONDS = 120
"""A machine with much else to do takes a minute; one with nothing to do, a quarter of that."""


def refuse_taken_ports() -> None:
    """Say so where a port is taken, before anything has started.

    Raises:
        ClickException: one is; the text says which, and which setting names another.
    """
    refuse_taken(settings().host, settings().port, "HOOKLINE_PORT")
    refuse_taken("127.0.0.1", settings().prefect_port, "HOOKLINE_PREFECT_PORT")


def run_everything(api_key: str, first_user: tuple[str, str] | None) -> int:
    """Start what the Procfile names, print a welcome once all answers, and keep all of it going.

    One that ends before all has answered ends everything: what is wrong then is for a person. One
    that dies later is started again.

    Args:
        api_key: a key to try things with.
        first_user: name and password of the console's user, where it was just made.

    Returns:
        The code to exit with.
    """
    environment = serving.prefect_environment()
    commands = yaml.safe_load(serving.shipped("Procfile").read_text())
    everything: list[Kept] = []
    take_every_end_as_ctrl_c()
    try:
        for name, command in commands.items():
            everything.append(Kept(name, command, place(), environment))
        prefect_url = environment["PREFECT_API_URL"].removesuffix("/api")
        if _all_answer(everything, prefect_url):
            click.echo(_welcome(api_key, first_user, prefect_url))
        elif (code := _ended(everything)) is not None:
            return code or 1
        else:
            click.echo(f"Not all answers after {START_SECONDS} seconds; see above why.", err=True)
            click.echo("\n".join(_sign_in_lines(first_user)))
        for each in everything:
            each.keep()
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return 0
    finally:
        _end(everything, environment["HOOKLINE_HOME"])


def _ended(everything: list[Kept]) -> int | None:
    return next((code for each in everything if (code := each.ended()) is not None), None)


def _end(everything: list[Kept], home: str) -> None:
    """End what speaks with Prefect's server, then that; then the runs of a killed worker."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it is on its way
    server = [each for each in everything if each.name == SERVER]
    others = [each for each in everything if each.name != SERVER]
    for together in (others, server):
        for each in together:
            each.tell_to_end()
        for each in together:
            each.end()
    leftovers.end_runs(home)


def refuse_taken(host: str, port: int, setting: str) -> None:
    """Say so where one port is taken; `setting` names another."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise click.ClickException(
            f"Port {port} of {host} cannot be used: {error.strerror}. Is Hookline running already? "
            f"{setting} names another port."
        ) from None


def take_every_end_as_ctrl_c() -> None:
    """Have SIGTERM interrupt like SIGINT, so that either ends all that was started.

    SIGINT is set too: what a script starts in the background is born ignoring it, and so would be
    the flow runs, which Prefect's worker ends with it.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def _all_answer(everything: list[Kept], prefect_url: str) -> bool:
    """Wait until the receiver and the deployments are there; give up where a process ended."""
    receiver = f"http://{settings().host}:{settings().port}/healthz"
    deployments = f"{prefect_url}/api/deployments/name"
    deployed = [f"{deployments}/{name}/{name}" for name in serving.deployments()]
    auth = guarding.auth(serving.prefect_environment())
    runs = lambda: _ended(everything) is None  # noqa: E731
    return serving.wait_for(receiver, START_SECONDS, runs) and all(
        serving.wait_for(url, START_SECONDS, runs, auth) for url in deployed
    )


def _welcome(api_key: str, first_user: tuple[str, str] | None, prefect_url: str) -> str:
    receiver = f"http://{settings().host}:{settings().port}"
    body = '{"EntityName": "FormSubmit", "FirstName": "Ada", "LastName": "Lovelace"}'
    return "\n".join(
        (
            "",
            "Hookline is up.",
            f"  Receiver    {receiver}/webhooks/<key>",
            f"  Console     {receiver}/console/",
            *_sign_in_lines(first_user),
            f"  Flow runs   {prefect_url}/runs",
            "",
            "Send a webhook; it is a record within seconds:",
            "",
            f"curl -H 'Content-Type: application/json' -d '{body}' {receiver}/webhooks/{api_key}",
            "",
        )
    )


def _sign_in_lines(first_user: tuple[str, str] | None) -> tuple[str, ...]:
    """Say the password of a user who was just made, this once: only its hash is kept."""
    if first_user is None:
        return ()
    name, password = first_user
    return (f"              sign in as {name} with {password} (shown this once)",)
