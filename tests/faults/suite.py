"""A fault under load: what was sent, what of it is there afterwards, and the table that says so."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic, sleep, time

from models.database import transaction
from models.receiving.spool import segments
from models.source import add_source
from tests.faults.counting import Count, count, unfinished
from tests.faults.faults import Fault
from tests.faults.load import Load, acknowledged, longest_pause
from tests.faults.system import System, using, wait_until

MOST_A_SECOND = 500
DRAIN_SECONDS = 600


@dataclass(frozen=True)
class Row:
    """A row of the table."""

    fault: str
    kind: str
    sent: int
    acknowledged: int
    counted: Count
    pause: float
    drain: float

    def cells(self) -> list[str]:
        kind = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[self.kind]
        lost, double = len(self.counted.lost), len(self.counted.double)
        numbers = (self.sent, self.acknowledged, lost, double)
        times = (f"{self.pause:.1f} s", f"{self.drain:.0f} s")
        return [f"{self.fault} ({kind})", *(f"{number:,}" for number in numbers), *times]


def befall(system: System, fault: Fault, number_of_webhooks: int) -> Row:
    """Send webhooks, have the fault strike after a while, wait until all is processed; count."""
    row = f"{system.kind}-{fault.name}".replace("_", "-")
    a_second = min(MOST_A_SECOND, number_of_webhooks / (fault.seconds + fault.around))
    with using(system.database_url), system.stack:
        with transaction() as session:
            api_key = add_source(session, row)
        system.ports[:] = [int(system.environment["HOOKLINE_PORT"])]
        fault.before(system)
        notes = system.folder / row
        load = Load(row, api_key, tuple(system.ports), number_of_webhooks, a_second, notes)
        senders = load.start()
        enough = fault.around / 3 * a_second
        wait_until(lambda: len(acknowledged(notes)) > enough, 60, "the first webhooks")
        with fault.steps(system):
            sleep(fault.seconds)
        for sender in senders:
            sender.join()
        ended = monotonic()
        last = time()
        noted = acknowledged(notes)
        all_is_through = lambda: not segments(system.spool) and not unfinished(row)  # noqa: E731
        wait_until(all_is_through, DRAIN_SECONDS, f"that all is through after {fault.words}")
        drain = monotonic() - ended
        pause = longest_pause([*(at for _, at in noted.values()), last])
        found = count(row, noted)
    return Row(fault.words, system.kind, number_of_webhooks, len(noted), found, pause, drain)


HEAD = "fault | sent | acknowledged | lost | double | longest pause | time to drain".split(" | ")
BELOW = "--- | ---: | ---: | ---: | ---: | ---: | ---:".split(" | ")


def table(rows: Sequence[Row]) -> str:
    """Write the table as Markdown."""
    lines = [HEAD, BELOW, *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def write(rows: Mapping[str, Row | None], file: Path) -> None:
    """Write the table to a file, with what this machine could not do."""
    said = f"Written by `make faults` on {date.today()}, {os.cpu_count()} cores.\n"
    missing = [f"- Left out on this machine: {words}.\n" for words, row in rows.items() if not row]
    file.write_text(f"{table([row for row in rows.values() if row])}\n{said}{''.join(missing)}")
