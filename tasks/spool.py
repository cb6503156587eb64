"""Tasks on the spool: look whether anything is in it, deliver it."""

from prefect import task

from models.identity import utc_now
from models.receiving.spool import OVERDUE_AFTER, oldest_since, segments
from models.receiving.storing import deliver
from models.settings import settings
from tasks.retries import DATABASE_TASK


def spool_waits() -> bool:
    """Say whether this machine's spool holds anything; a look at a folder, and no task run."""
    return bool(segments(settings().resolved_spool_path()))


@task(**DATABASE_TASK)
def deliver_spool() -> int:
    """Put what is in the spool into the table, each webhook exactly once, and count it."""
    return sum(deliver(settings().resolved_spool_path()))


@task
def spool_is_overdue() -> bool:
    """Say whether something has been in the spool for longer than the last attempt is due."""
    since = oldest_since(settings().resolved_spool_path())
    return since is not None and utc_now() - since > OVERDUE_AFTER
