"""The first page: what came, what became of it, what waits, and whether the process is alive."""

from collections import Counter
from pathlib import Path
from threading import Lock
from time import monotonic

from flask import render_template, request

from models.identity import utc_now
from models.looking.counts import Period, Received, received, waiting
from models.looking.troubles import last_troubles
from models.receiving.spool import segments, size_of
from models.settings import settings
from models.users.roles import Role
from receiver.console.blueprint import blueprint, needs
from receiver.console.bounds import looking
from receiver.console.chart import chart
from receiver.console.gate import sees_data
from receiver.console.prefect import process, ui_url

KEPT_SECONDS = {Period.DAY: 5, Period.MONTH: 900}
"""For how long a count stands: that of a month with millions takes seconds."""

_kept: dict[tuple[Period, str], tuple[float, Received]] = {}
_counting = {period: Lock() for period in Period}


@blueprint.get("/")
@needs(Role.LOOK)
def overview() -> str:
    """Show the overview, for the last day or month."""
    period = Period.MONTH if request.args.get("period") == Period.MONTH else Period.DAY
    counted = _received(period)
    with looking() as session:
        return render_template(
            "overview.html",
            period=period,
            received=counted,
            outcomes=Counter(counted.outcomes),
            chart=chart(counted, period),
            waiting=waiting(session),
            troubles=last_troubles(session, with_text=sees_data()),
            spooled=(len(segments(_spool())), size_of(_spool())),
            process=process(),
            prefect_url=ui_url(),
        )


def _received(period: Period) -> Received:
    """Return the counts of a period, counted by one request at a time; others take the last."""
    of = (period, settings().resolved_database_url())
    until, counted = _kept.get(of, (0.0, None))
    if counted is not None and (monotonic() < until or _counting[period].locked()):
        return counted
    with _counting[period]:
        with looking() as session:
            counted = received(session, period, utc_now())
        _kept[of] = (monotonic() + KEPT_SECONDS[period], counted)
    return counted


def _spool() -> Path:
    return settings().resolved_spool_path()
