"""Real processes for tests: started with an environment of their own, ended by their pid."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flows.serving import BIN
from models.settings import ROOT

Process = subprocess.Popen[bytes]

END_SECONDS = 60


def free_port() -> int:
    """Find a port of loopback that nobody listens on at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def clean_environment(**ours: str) -> dict[str, str]:
    """Return the environment without what the developer's own says of Hookline and Prefect."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HOOKLINE_", "PREFECT_"))
    }
    return kept | ours


@contextmanager
def running(command: str, *arguments: str, env: Mapping[str, str], log: Path) -> Iterator[Process]:
    """Run a command, of the virtual environment if it has it; end it at last.

    Its output goes to a file.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(ours if (ours := BIN / command).exists() else command), *arguments],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            end(process)


def end(process: Process) -> None:
    """Ask a process to end, and kill it where it does not."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def descendants(pid: int) -> set[int]:
    """Return the pids of all processes that a process has started, and those that they have."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended just now
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        more = children.get(waiting.pop(), [])
        found.update(more)
        waiting.extend(more)
    return found


def alive(pids: set[int]) -> set[int]:
    """Return those that still run; one that ended but was not waited for is no longer running."""
    found = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            found.add(pid)
    return found
