"""`hookline notification …`: who is told of what."""

from collections.abc import Sequence

import click
from sqlmodel import select

from models.database import reading, transaction
from models.notifying.addresses import add_notification, described, find_notification
from models.notifying.message import trial_message
from models.notifying.tables import Notification, Topic
from tasks.sending import send


@click.group()
def notification() -> None:
    """Notifications: who is told of what happens to webhooks, and of what no longer happens."""


@notification.command("add")
@click.argument("name")
@click.argument("address", required=False)
@click.option(
    "--on",
    "topics",
    type=click.Choice([topic.value for topic in Topic]),
    multiple=True,
    help="What to tell of; again for more.",
)
@click.option("--source", "webhook_source", help="Tell of this source alone.")
@click.option("--with-data", is_flag=True, help="Put what the webhooks say into the message.")
def notification_add(
    name: str,
    address: str | None,
    topics: Sequence[str],
    webhook_source: str | None,
    with_data: bool,
) -> None:
    """Tell an ADDRESS, an apprise URL, of what happens; asked for where it is not given.

    Such an address may hold a password, which a shell's history keeps: rather let it be asked for.
    """
    address = address or click.prompt("Address (an apprise URL)", hide_input=True)
    with transaction() as session:
        add_notification(
            session, name, str(address), [Topic(each) for each in topics], webhook_source, with_data
        )
    click.echo(f'"{name}" is told from now on. Try it: hookline notification test "{name}"')


@notification.command("list")
def notification_list() -> None:
    """List the notifications, without the secrets in their addresses."""
    with reading() as session:
        for each in session.exec(select(Notification).order_by(Notification.name)):
            click.echo(described(each))


@notification.command("test")
@click.argument("name")
def notification_test(name: str) -> None:
    """Send a message to an address, to see whether it comes."""
    with reading() as session:
        address = find_notification(session, name).address
    trial = trial_message()
    if not send(address, trial.title, trial.body):
        raise click.ClickException(f'"{name}" did not take a message. Is its address right?')
    click.echo(f'"{name}" took a message.')


@notification.command("remove")
@click.argument("name")
def notification_remove(name: str) -> None:
    """End a notification."""
    with transaction() as session:
        session.delete(find_notification(session, name))
    click.echo(f'"{name}" is told no longer.')
