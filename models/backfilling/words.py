"""What a backfill says of itself, in counts."""

from models.backfilling.choices import Stage
from models.backfilling.form import Backfill
from models.backfilling.webhooks import Found


def counted(what: Backfill, found: Found) -> str:
    """Say how many are meant, and what happens to them."""
    things = _many(found.count, "webhook" if what.stage is Stage.ALL else "record")
    said = f"{things} meant" + (", nothing to run" if not found.count else "")
    if found.skipped:
        said += f"; {found.skipped} more have made their record and are left alone"
    if named := len(set(what.webhooks.ids or what.records.ids)):
        others = named - found.count - found.skipped
        said += f"; {others} of the {named} ids named do not meet the conditions" if others else ""
    if found.count > what.limit:
        said += f"; the limit takes the oldest {what.limit}"
    if what.dry_run:
        said += ". Dry run: nothing was changed"
    return said


def ended(outcomes: str, passed_over: int) -> str:
    """Say what became of them, and of those that another run came to first."""
    if not passed_over:
        return outcomes
    return f"{outcomes}; {passed_over} left to another run, or changed meanwhile"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s are' if count != 1 else ' is'}"
