"""Run benchmarks by their names, all without a name: `python -m tests.benchmarks receive drain`."""

import logging
import signal
import sys
from importlib import import_module

from tests.benchmarks.report import FOLDER, Figure, keep

ALL = ("receive", "drain", "beside", "latency", "idle", "growth")


def main() -> None:
    """Run them one after the other; each figure is kept as soon as it is there."""
    wanted = sys.argv[1:] or ALL
    if unknown := set(wanted) - set(ALL):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(ALL)}.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended, too
    logging.disable(logging.INFO)  # what the databases and Prefect have to say of themselves
    for name in wanted:
        print(f"\n== {name}", flush=True)
        figures: list[Figure] = []
        try:
            for figure in import_module(f"tests.benchmarks.{name}").measure():
                figures.append(figure)
        finally:  # one that was broken off leaves what it has
            keep(name, figures)
    print(f"\nWritten to {FOLDER}")


if __name__ == "__main__":
    main()
