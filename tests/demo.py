"""`make demo`: send the payloads to the running receiver, and show what became of each."""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from time import monotonic, sleep
from uuid import UUID

import httpx
from sqlmodel import col, select

from flows.commands.starting import getting_started_key_file
from models.database import DatabaseAwayError, DatabaseRefusedError, reading
from models.settings import settings
from models.webhook import Status, Webhook, WebhookParseError, WebhookRecord
from tests.payloads import payloads

MOST_SECONDS = 90
"""A worker that has just started takes up to a minute until its first scheduled run."""

WIDTHS = (28, 18, 36)
LEAST_ERROR_WIDTH = 48
GAP = "  "
NOTHING = "-"


class DemoError(Exception):
    """The demo cannot go on; the text says why, and what to do."""


def main() -> None:
    """Send all, wait, and print the table."""
    sent = _send_all()
    all_ready = _wait(list(sent.values()))
    print("\n".join(_table(sent)))
    print(f"\nThe same, and what came earlier: {_receiver()}/console/webhooks")
    if not all_ready:
        raise DemoError(
            f"Some are still waiting after {MOST_SECONDS} seconds: no worker takes them. Is "
            "`make run` still going, and does its receiver use the database named by the "
            "settings here?"
        )


def _receiver() -> str:
    return f"http://{settings().host}:{settings().port}"


def _send_all() -> dict[str, UUID]:
    """Send each payload, and return the webhooks' ids by the payloads' names."""
    file = getting_started_key_file()
    if not file.exists():
        raise DemoError(f"There is no key in {file} yet. `make run` makes it: start that first.")
    api_key = file.read_text().strip()
    sent: dict[str, UUID] = {}
    with httpx.Client(base_url=_receiver(), timeout=30) as client:
        for payload in payloads():
            _progress(f"Sending {len(sent) + 1} of {len(payloads())}")
            sent[payload.name] = _send(
                client, payload.path_for(api_key), payload.headers, payload.body
            )
    _progress(f"Sent {len(sent)} webhooks to {_receiver()}.", last=True)
    return sent


def _send(client: httpx.Client, path: str, headers: dict[str, str], body: bytes) -> UUID:
    try:
        answer = client.post(path, headers=headers, content=body)
    except httpx.HTTPError:
        raise DemoError(
            f"Nothing answers at {_receiver()}. Start it with `make run`, and leave that running."
        ) from None
    if not answer.is_success:
        raise DemoError(f"The receiver answered {answer.status_code}: {answer.text.strip()}")
    return UUID(answer.json()["id"])


def _wait(ids: Sequence[UUID]) -> bool:
    """Wait until all are Done or Failed, for a bounded time; say whether they are."""
    start = monotonic()
    ready = 0
    while ready < len(ids) and (waited := monotonic() - start) < MOST_SECONDS:
        with reading() as session:
            statuses = session.exec(select(Webhook.status).where(col(Webhook.id).in_(ids))).all()
        ready = sum(status in (Status.DONE, Status.FAILED) for status in statuses)
        _progress(f"{ready} of {len(ids)} have their result, after {waited:.1f} s")
        sleep(0.2)
    _progress(f"{ready} of {len(ids)} have their result, after {monotonic() - start:.1f} s.", True)
    return ready == len(ids)


def _table(sent: dict[str, UUID]) -> Iterator[str]:
    """Lay out one webhook a row; its record, and what is wrong with it, take several lines."""
    yield ""
    yield from _row(["SENT"], ["STATUS"], ["RECORD"], ["ERROR"])
    with reading() as session:
        for name, webhook_id in sent.items():
            webhook = session.get(Webhook, webhook_id)
            record = session.get(WebhookRecord, (webhook_id, 0))
            errors = session.exec(
                select(WebhookParseError.message).where(WebhookParseError.webhook_id == webhook_id)
            ).all()
            yield ""
            yield from _row(
                [name],
                [_status(webhook)],
                [record.entity, str(record.record_id)] if record else [NOTHING],
                [line for error in errors for line in textwrap.wrap(error, _error_width())]
                or [NOTHING],
            )


def _status(webhook: Webhook | None) -> str:
    if webhook is None:
        return "not found"
    if webhook.status == Status.DONE and webhook.error_count:
        return "Done with warnings"
    return webhook.status


def _row(*cells: list[str]) -> Iterator[str]:
    for line in zip_longest(*cells, fillvalue=""):
        padded = [part.ljust(width) for part, width in zip(line, (*WIDTHS, 0), strict=True)]
        yield GAP.join(padded).rstrip()


def _error_width() -> int:
    taken = sum(WIDTHS) + len(GAP) * len(WIDTHS)
    return max(LEAST_ERROR_WIDTH, shutil.get_terminal_size().columns - taken)


def _progress(text: str, last: bool = False) -> None:
    """Show how far it is: on a terminal in one line, elsewhere only what stays."""
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="\n" if last else "", flush=True)
    elif last:
        print(text, flush=True)


if __name__ == "__main__":
    try:
        main()
    except (DemoError, DatabaseAwayError, DatabaseRefusedError) as error:
        sys.exit(f"\nError: {error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
