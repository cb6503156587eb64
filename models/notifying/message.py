"""News in words: one message, its title without a name, its body without data unless asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.notifying.news import Arrivals, Data, ErrorGroup, News
from models.notifying.tables import Alarm, Topic
from models.reading.parse_error import ParseError
from models.reading.parsing import parse

MOST_GROUPS = 30
"""Sources, or kinds of error, that a message lists; the rest are counted."""

MOST_CHARACTERS = 2000
"""Characters of one webhook's data."""


MOST_IDS_TOLD = 50
"""Records that a message names by their ids."""


@dataclass(frozen=True)
class Message:
    """A title and a text."""

    title: str
    body: str


def message(news: News, public_url: str) -> Message:
    """Write the message for news, with links that begin with the console's address."""
    link = f"{public_url}/console/webhooks/"
    sections = [
        *(_alarm(alarm) for alarm in news.alarms),
        *([_error_section(news, link)] if news.errors else []),
        *([_arrival_section(news, link)] if news.arrivals else []),
        *([_data_section(news)] if news.data else []),
    ]
    return Message(f"Hookline: {', '.join(_title(news))}", "\n\n".join(sections) + "\n")


def trial_message() -> Message:
    """Return the message that tries an address."""
    return Message("Hookline: a test", "This address is told of what happens to webhooks.\n")


def records_told(entity: str, step: str, record_ids: Sequence[UUID]) -> Message:
    """Return the message that tells of records: their count and ids, and no one's data."""
    count = _counted(len(record_ids), "record")
    ids = "\n".join(map(str, record_ids[:MOST_IDS_TOLD]))
    rest = len(record_ids) - MOST_IDS_TOLD
    more = f"\nand {rest} more" if rest > 0 else ""
    return Message(f"{entity}: {step}", f"{count} of {entity}:\n\n{ids}{more}\n")


def _title(news: News) -> Iterator[str]:
    if any(alarm.topic == Topic.STUCK_QUEUE for alarm in news.alarms):
        standing = any(
            alarm.topic == Topic.STUCK_QUEUE and not alarm.cleared_at for alarm in news.alarms
        )
        yield "the queue is stuck" if standing else "the queue moves again"
    silent = [alarm for alarm in news.alarms if alarm.topic == Topic.SILENT_SOURCE]
    if quiet := sum(not alarm.cleared_at for alarm in silent):
        yield _counted(quiet, "silent source")
    if back := sum(bool(alarm.cleared_at) for alarm in silent):
        yield f"{_counted(back, 'source')} heard again"
    if news.errors:
        yield _counted(sum(group.count for group in news.errors), "processing error")
    if news.arrivals:
        yield _counted(sum(each.count for each in news.arrivals), "new webhook")


def _alarm(alarm: Alarm) -> str:
    if alarm.topic == Topic.STUCK_QUEUE:
        if alarm.cleared_at:
            return f"The queue moves again. It was stuck since {_moment(alarm.since)}."
        return (
            f"The queue is stuck: a webhook waits in New since {_moment(alarm.since)}. Look "
            "whether the schedule of create-entities is on, and its runs, in the Prefect UI."
        )
    if alarm.cleared_at:
        return f"{alarm.webhook_source} is heard again. It was silent since {_moment(alarm.since)}."
    return (
        f"{alarm.webhook_source} is silent: nothing has come since {_moment(alarm.since)}. Send "
        "its form by hand, and look whether its service still has the webhook URL."
    )


def _error_section(news: News, link: str) -> str:
    failed = sum(group.count for group in news.errors if group.column is None)
    warned = sum(group.count for group in news.errors if group.column is not None)
    head = (
        f"Processing errors from {_moment(news.span.after)} to {_moment(news.span.until)}: "
        f"{_counted(failed, 'webhook')} failed, {_counted(warned, 'value')} left out."
    )
    lines = [head]
    for group in news.errors[:MOST_GROUPS]:
        lines += _error_lines(group, link)
    return "\n".join([*lines, *_rest(news.errors)])


def _error_lines(group: ErrorGroup, link: str) -> list[str]:
    at = f" ({group.column})" if group.column else ""
    return [
        "",
        f"{group.count} times {group.kind}{at}, from {group.source}",
        f"  {group.advice}",
        *(f"  {link}{each}" for each in group.examples),
    ]


def _arrival_section(news: News, link: str) -> str:
    lines = [f"New webhooks from {_moment(news.span.after)} to {_moment(news.span.until)}."]
    for each in news.arrivals[:MOST_GROUPS]:
        lines += ["", f"{each.count} from {each.source}", *_links(each.examples, link)]
    return "\n".join([*lines, *_rest(news.arrivals)])


def _links(ids: Sequence[UUID], link: str) -> list[str]:
    return [f"  {link}{each}" for each in ids]


def _rest(groups: Sequence[ErrorGroup] | Sequence[Arrivals]) -> list[str]:
    rest = groups[MOST_GROUPS:]
    return ["", f"and {sum(group.count for group in rest)} others"] if rest else []


def _data_section(news: News) -> str:
    lines = []
    for each in news.data:
        lines += [
            f"Webhook {each.webhook_id} from {each.source}, received {_moment(each.received_at)}",
            *(f"  {line}" for line in _content(each).splitlines()),
            "",
        ]
    left_out = sum(each.count for each in news.arrivals) - len(news.data)
    if left_out > 0:
        lines.append(f"The data of {_counted(left_out, 'more webhook')} is in the console.")
    return "\n".join(lines).rstrip()


def _content(data: Data) -> str:
    """Write a body as its parameters, a line each, or as it came where it cannot be read."""
    text = data.body.decode("utf-8", "replace")
    if len(data.body) == data.size:
        try:
            parameters = parse(data.content_type, data.body)
            text = "\n".join(f"{name}: {value}" for name, value in parameters.items())
        except ParseError:
            pass
    text = "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
    whole = len(text) <= MOST_CHARACTERS and len(data.body) == data.size
    return text if whole else f"{text[:MOST_CHARACTERS]}… ({data.size} bytes in all)"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"
