"""Growth: claim, contact search and the console's first page among few and many, on PostgreSQL.

With fewer webhooks by `HOOKLINE_BENCH_MANY=1000000`. The plans are kept beside the figures.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from os import environ
from statistics import median
from time import perf_counter
from uuid import UUID

from models.database import reading, transaction
from models.identity import utc_now
from models.processing.claiming import claim
from models.users.roles import Role
from receiver import create_app
from tests.benchmarks import plots
from tests.benchmarks.databases import Database, analyse, database
from tests.benchmarks.forms import store_forms
from tests.benchmarks.machine import alternate
from tests.benchmarks.report import FOLDER, Figure, at_most
from tests.benchmarks.test_console_pages import fill
from tests.benchmarks.test_contact_search import add_contacts, seconds_of_search, submitted
from tests.models.searching import statements
from tests.receiver.console.people import make_users, signed_in

FEW = 10_000
MANY = int(environ.get("HOOKLINE_BENCH_MANY", "10000000"))
MANY_CONTACTS = min(MANY, 1_000_000)
NEW, BATCH, ROUNDS = 2000, 500, 9


WHOLE_TABLE = re.compile(r"Seq Scan on (webhook|webhook_record|contact\w*|form_submit) ")
"""What no query may do, however it is planned: read one of those that grow from end to end."""


class _Undo(Exception):
    """Ends a claim without a trace, so that each round finds the same."""


def measure() -> list[Figure]:
    """Measure on PostgreSQL."""
    with database("postgresql") as few, database("postgresql") as many:
        works: dict[str, dict[str, Callable[[], float]]] = {}
        for name, of, webhooks, contacts in (
            ("few", few, FEW, FEW),
            ("many", many, MANY, MANY_CONTACTS),
        ):
            started = perf_counter()
            forms = _fill(of, webhooks, contacts)
            print(f"  {webhooks:,} webhooks stored in {perf_counter() - started:.0f} s", flush=True)
            many_works = _works(forms)
            for what, work in many_works.items():
                works.setdefault(what, {})[name] = _using(of, work)
        seconds = {what: alternate(ROUNDS, each) for what, each in works.items()}
        many.use()
        _keep_plans(many_works)
    for what, each in seconds.items():
        points = {what: ([FEW, MANY], [1000 * median(each["few"]), 1000 * median(each["many"])])}
        plots.curves(f"growth-{what}", f"{what}, median", points, "webhooks", "ms", log=True)
    return [
        at_most(
            f"{what}: {MANY:,} webhooks, of {FEW:,}",
            median(each["many"]) / median(each["few"]),
            1.2,
        )
        for what, each in seconds.items()
    ]


def _fill(of: Database, webhooks: int, contacts: int) -> list[UUID]:
    """Store webhooks of the past, contacts, and what is to be done; return forms that wait."""
    of.use()
    fill(webhooks)
    add_contacts(contacts)
    store_forms(of, NEW)
    forms = submitted(contacts)
    analyse()
    return forms


def _works(forms: list[UUID]) -> dict[str, Callable[[], float]]:
    make_users()
    person = signed_in(create_app(), Role.LOOK)

    def _page() -> float:
        started = perf_counter()
        assert person.get("/webhooks").status_code == 200
        return perf_counter() - started

    return {
        "claim": _seconds_of_claim,
        "contact-search": lambda: seconds_of_search(forms),
        "console": _page,
    }


def _using(of: Database, work: Callable[[], float]) -> Callable[[], float]:
    def _measured() -> float:
        of.use()
        return work()

    return _measured


def _seconds_of_claim() -> float:
    started = perf_counter()
    with suppress(_Undo), transaction() as session:
        assert len(claim(session, BATCH, utc_now())) == BATCH
        raise _Undo
    return perf_counter() - started


def _keep_plans(works: dict[str, Callable[[], float]]) -> None:
    """Write down how PostgreSQL answers the queries that meet many rows."""
    lines = [f"{MANY:,} webhooks, {MANY_CONTACTS:,} contacts", ""]
    for what, work in works.items():
        with statements() as noted:
            work()
        for statement, parameters in noted:
            if statement.lstrip().startswith(("SELECT", "WITH", "UPDATE")) and (
                "FROM webhook" in statement or "FROM contact" in statement
            ):
                lines += [f"-- {what}", *_plan(statement, parameters), ""]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "growth-plans.txt").write_text("\n".join(lines))


def _plan(statement: str, parameters: object) -> list[str]:
    with reading() as session:
        asked = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)  # type: ignore[arg-type]
        explained = asked.all()
        for (line,) in explained:
            assert not WHOLE_TABLE.search(line), (statement, line)
        return [statement.split("\n")[0][:120], *(f"    {row[0][:160]}" for row in explained)]
