"""cleanup: delete the webhooks that have stayed in their status for longer than its period."""

from collections import Counter
from typing import Annotated

from prefect import State, flow
from prefect.states import Completed
from pydantic import Field

from flows.reporting import leave_table, run_name
from models.processing.retention import Counts, as_rows, sentence
from tasks.retention import (
    count_old_webhooks,
    delete_old_webhooks,
    find_deadlines,
    forget_what_was_refused,
)


@flow(name="cleanup", flow_run_name=lambda: run_name("cleanup"))
def cleanup(
    batch_size: Annotated[int, Field(ge=1, le=10_000)] = 1000, dry_run: bool = False
) -> State[None]:
    """Delete webhooks that have stayed in their status for longer than the lookup allows.

    The period of each status stands in the lookup `webhook_status`. Records stay. It may be
    stopped at any moment and run again. Webhooks in Processing stay: create-entities puts them
    back to New. Events whose repeats are over are forgotten, and counts of refused requests after
    90 days.

    Args:
        batch_size: how many webhooks one transaction deletes at most, 1 to 10,000. It takes fewer
            where that many would take long.
        dry_run: show what would go, by status and source, and delete nothing.
    """
    before = find_deadlines()
    counts: Counts = Counter()
    try:
        if dry_run:
            counts = count_old_webhooks(before)
        else:
            for status, moment in before.items():
                while gone := delete_old_webhooks(status, moment, batch_size):
                    counts += gone
            while forget_what_was_refused(batch_size):
                pass
    finally:
        leave_table("cleanup", sentence(counts, dry_run), as_rows(counts), dict)
    return Completed(message=sentence(counts, dry_run))


if __name__ == "__main__":
    cleanup()
