"""The mapping editor: what is said of a source, beside what it sent and what would come of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from models.configuring.editing import manner_read, read_edited, save_edited, version_of
from models.configuring.manner import Manner, manner_of
from models.configuring.reading import UNCHANGED, SourceFileError
from models.configuring.showing import shown
from models.database import transaction
from models.entities import entities
from models.identity import utc_now
from models.mapping.sampling import lines, newest, sampled
from models.processing.telling import summary
from models.processing.trying import Tried, try_manner
from models.reading.parse_error import ParseError
from models.reading.telling import in_words
from models.source import SourceError, WebhookSource, find_source
from models.users import auditing
from models.users.roles import Role
from models.webhook import Webhook
from receiver.console.blueprint import blueprint, needs
from receiver.console.bounds import looking
from receiver.console.sources import SUBJECT

REQUESTS = 20
"""How many of the newest requests are there to choose from, and are tried."""
MOST_SHOWN = 1_000
"""Lines of a request on the page."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text, and the line that it stands in."""

    words: str
    line: str = ""


@blueprint.get("/sources/<path:name>/mapping")
@needs(Role.OPERATE)
def mapping(name: str) -> str:
    """Show what is said of a source beside the requests that came from it."""
    with looking() as session:
        source = _source(session, name)
    text = shown(source, written_out="written_out" in request.args)
    return _page(source, text, manner_of(source))


@blueprint.post("/sources/<path:name>/mapping/try")
@needs(Role.OPERATE)
def mapping_try(name: str) -> ResponseReturnValue:
    """Show what would come of the newest requests; change nothing, and keep what was written."""
    with looking() as session:
        source = _source(session, name)
    text = _written()
    if request.form.get("do") == "show":
        return _page(source, text, manner_of(source))
    try:
        manner = manner_read(read_edited(source, text))
    except SourceFileError as error:
        return _page(source, text, manner_of(source), faults=list(_faults(error, text))), 409
    with transaction() as session:
        tried = try_manner(session, _requests(session, source), manner, utc_now())
    return _page(source, text, manner, tried)


@blueprint.post("/sources/<path:name>/mapping")
@needs(Role.CONFIGURE)
def mapping_save(name: str) -> ResponseReturnValue:
    """Have a source say what was written; the next batch is read so."""
    text = _written()
    try:
        with transaction() as session:
            _source(session, name)
            applied = save_edited(session, name, text, request.form.get("version", ""))
            if applied.changed:
                told = f"{name}: {', '.join(applied.changed)}"
                auditing.note(session, g.user.name, "define", SUBJECT, utc_now(), detail=told)
    except SourceError as error:
        with looking() as session:
            source = _source(session, name)
        return _page(source, text, manner_of(source), faults=list(_faults(error, text))), 409
    flash(
        f"Saved: {', '.join(applied.changed)}. It takes effect with the next batch."
        if applied.changed
        else "It says the same as before."
    )
    return redirect(url_for("console.mapping", name=name, webhook=request.form.get("webhook")))


def _written() -> str:
    return request.form.get("text", "").replace("\r\n", "\n")


def _source(session: Session, name: str) -> WebhookSource:
    return find_source(session, name) or abort(404, f"There is no source “{name}”.")


def _requests(session: Session, source: WebhookSource) -> list[Webhook]:
    """Return the newest requests of a source, and the chosen one where it is older."""
    found, wanted = list(newest(session, source.name, REQUESTS)), _wanted()
    if wanted and wanted not in {each.id for each in found}:
        older = session.get(Webhook, wanted)
        found += [older] if older and older.webhook_source == source.name else []
    return found


def _wanted() -> UUID | None:
    """Return the id of the request that was chosen, None where none was."""
    try:
        return UUID(request.values.get("webhook", ""))
    except ValueError:
        return None


def _page(
    source: WebhookSource,
    text: str,
    manner: Manner,
    tried: Sequence[Tried] | None = None,
    faults: Sequence[Fault] = (),
) -> str:
    with looking() as session:
        requests = _requests(session, source)
    wanted = _wanted()
    chosen = next((each for each in requests if each.id == wanted), next(iter(requests), None))
    return render_template(
        "mapping.html",
        source=source,
        text=text,
        version=version_of(source),
        preset=(source.definition or {}).get("preset"),
        requests=requests,
        chosen=chosen,
        sample=_sample(chosen, manner) if chosen else {},
        tried=tried,
        summary=summary(tried or ()),
        faults=faults,
        entities=entities(),
        in_words=in_words,
    )


def _sample(webhook: Webhook, manner: Manner) -> dict[str, Any]:
    """Return the lines of a request, each with its path, or why it cannot be read."""
    definition = manner.definition
    try:
        shown_lines = lines(sampled(webhook, definition.map, definition.reader))
        return {"lines": list(islice(shown_lines, MOST_SHOWN)), "more": any(shown_lines)}
    except ParseError as error:
        return {"error": error}


def _faults(error: SourceError, text: str) -> Iterator[Fault]:
    """Tell each fault with the line that it is about, as it was written."""
    written = text.splitlines()
    for words in str(error).removeprefix(UNCHANGED).strip().splitlines():
        number = re.search(r"\bline (\d+)", words)
        at = int(number[1]) - 1 if number else -1
        yield Fault(words, written[at].strip() if 0 <= at < len(written) else "")
