"""How Prefect's server writes to SQLite: one after the other, each from the start of what it does.

Prefect begins its transactions with reading. Where another writes before such a transaction comes
to its own writing, SQLite refuses it at once, the server answers 503, and its client waits for 2,
4 and 8 seconds. With two runs that drain, that was between a tenth and two thirds of a run's time.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.engine import CreateEnginePlugin, Engine

PLUGIN = "hookline_immediate"
"""Under this name pyproject.toml brings the plugin to SQLAlchemy."""

KEPT_ELSEWHERE = {
    f"PREFECT_{of}_DATABASE_{name}"
    for of in ("API", "SERVER")
    for name in ("CONNECTION_URL", "DRIVER", "HOST", "PORT", "USER", "NAME", "PASSWORD")
}
"""The variables that say where Prefect's server keeps what it knows; others say how, such as for
how long it waits."""


class BeginImmediate(CreateEnginePlugin):
    """Has an engine begin with the right to write, for which SQLite has others wait in turn.

    SQLAlchemy loads it where a database's URL names it.
    """

    def update_url(self, url: URL) -> URL:
        """Take the plugin's name out of the URL, which goes on to SQLite."""
        return url.difference_update_query(["plugin"])

    def engine_created(self, engine: Engine) -> None:
        """Listen to what the engine executes."""
        event.listen(engine, "before_cursor_execute", _begin_immediate, retval=True)


def _begin_immediate(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    # What only reads, Prefect does not begin at all.
    return "BEGIN IMMEDIATE" if statement == "BEGIN DEFERRED" else statement, parameters


def database_url(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variable that has Prefect's server write so, where its database is the usual one.

    Args:
        environment: that of the server.
    """
    if not KEPT_ELSEWHERE.isdisjoint(environment):
        return {}
    file = Path(environment["PREFECT_HOME"]) / "prefect.db"
    url = URL.create("sqlite+aiosqlite", database=str(file), query={"plugin": PLUGIN})
    return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url.render_as_string(hide_password=False)}
