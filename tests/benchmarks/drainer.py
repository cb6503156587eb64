"""One process that drains: `python -m tests.benchmarks.drainer ours 500`; it begins when told to.

It prints `ready` once everything is imported, and at the end its seconds and processor time, so
that what is measured is draining, and not the start of a Python.
"""

import json
import sys
from collections.abc import Callable
from time import monotonic, process_time

from flows.create_entities import create_entities
from tests.benchmarks import drain_by_hand, drain_others


def ours(batch_size: int) -> None:
    """Run create-entities with its subflows, as Prefect's worker runs it."""
    state = create_entities(batch_size, 0, 3600, return_state=True)
    assert state.is_completed(), state.message


WAYS: dict[str, Callable[[int], object]] = {
    "ours": ours,
    "by hand": drain_by_hand.drain,
    "row by row": drain_others.row_by_row,
    "a flow run each": drain_others.flow_run_each,
}


def main() -> None:
    """Drain in the way that the arguments name."""
    way, batch_size = sys.argv[1], int(sys.argv[2])
    print("ready", flush=True)
    sys.stdin.readline()
    began, worked = monotonic(), process_time()
    WAYS[way](batch_size)
    taken = {"seconds": monotonic() - began, "cpu": process_time() - worked}
    print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    main()
