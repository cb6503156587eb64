"""What a backfill says of itself, in counts."""

from models.backfilling.choices import Stage
from models.backfilling.form import Backfill
from models.backfilling.webhooks import Found


def counted(what: Backfill, found: Found) -> str:
    """Say how many are meant, and what happens to them."""
    noun = "webhook" if what.stage is Stage.ALL else "record"
    plural = "s" if found.count != 1 else ""
    said = f"{found.count} {noun}{plural} {'would' if what.dry_run else 'to'} run again"
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
