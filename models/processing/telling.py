"""What was tried, in lines for a person."""

from collections import Counter
from collections.abc import Iterator, Sequence

from models.processing.trying import Tried
from models.reading.telling import draft_lines, error_lines, printable


def tried_lines(tried: Sequence[Tried]) -> Iterator[str]:
    """Tell what would come of webhooks: records, contacts and errors, and a count at the end."""
    before = None
    for each in tried:
        if each.webhook_id != before:
            before = each.webhook_id
            yield f"Webhook {each.webhook_id}, received {each.received_at:%Y-%m-%d %H:%M:%S} UTC"
        yield from map(printable, _lines(each))
        yield ""
    yield summary(tried)


def _lines(tried: Tried) -> Iterator[str]:
    draft = tried.part.draft
    if draft.entity is not None and draft.makes_record:
        how = "set anew, since it was made before" if tried.made_before else "made"
        yield f"{draft.entity.code()}, would be {how}"
    yield from draft_lines(draft)
    if tried.contact:
        yield f"  the contact: {tried.contact}"
    yield from error_lines(draft)


def summary(tried: Sequence[Tried]) -> str:
    """Count what would come of webhooks, in a sentence."""
    webhooks = _counted(len({each.webhook_id for each in tried}), "webhook")
    records = _counted(sum(each.part.draft.makes_record for each in tried), "record")
    words = Counter(each.part.draft.status.lower() for each in tried if each.part.draft.failed)
    wrong = sum(bool(each.part.draft.errors) for each in tried if not each.part.draft.failed)
    parts = [f"{records} would be made"]
    parts += [f"{wrong} with warnings"] if wrong else []
    parts += [f"{count} {word}" for word, count in words.items()]
    return f"{webhooks}: {', '.join(parts)}. Nothing was changed."


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"
