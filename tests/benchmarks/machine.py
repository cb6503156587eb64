"""What processes cost: the processor time and the memory of one and all that it has started."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import TypeVar

from tests.processes import descendants

T = TypeVar("T")

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and its descendants, and of those that have ended."""
    return sum(sum(_ticks(each)) for each in {pid, *descendants(pid)}) / TICKS


def own_cpu_seconds(pid: int) -> float:
    """Return the processor time of one process alone."""
    return sum(_ticks(pid)[:2]) / TICKS


def _ticks(pid: int) -> list[int]:
    """Return the time in user and system mode, and that of the children it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return [0]  # it ended just now: its time is in its parent's
    return [int(each) for each in fields[11:15]]


def memory(pid: int) -> int:
    """Return the resident memory of one process, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def command_line(pid: int) -> str:
    """Return what a process was started with."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return ""


def alternate(rounds: int, contestants: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
    """Let each do its work in turn, A B A B, so that what else the machine does meets all."""
    results: dict[str, list[T]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            results[name].append(work())
            print(f"  {name}: {results[name][-1]}", flush=True)
    return results


def median_ratio(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the ratios of those that ran one after the other."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))


def in_words() -> str:
    """Describe the machine and how busy it is, for beside the figures."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "a processor",
    )
    load = os.getloadavg()[0]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return f"{os.cpu_count()} cores of {model}; load {load:.1f}; {commit.stdout.strip() or '-'}"
