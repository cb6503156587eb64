"""Commands that are kept going: started again when they die, ended with all they have started."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

END_SECONDS = 8
"""How long a command may take to end before it is killed."""
LEFT_SECONDS = 4
"""How long what it left behind may take: requests that were taken are answered."""
PAUSES = (0.5, 1, 2, 5, 10, 30)
"""Seconds before a command is started again: the next where it soon died once more."""
SOON_SECONDS = 60


class Kept:
    """A command that is kept going, its output line by line behind its name."""

    def __init__(self, name: str, command: str, folder: Path, environment: Mapping[str, str]):
        self.name = name
        self._command, self._folder, self._environment = command, folder, environment
        self._ending = Event()
        self._process = self._start()
        self._keeper = Thread(target=self._keep, name=f"keep {name}", daemon=True)

    def _start(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(  # noqa: S602  the Procfile's own words
            f"exec {self._command}",
            shell=True,
            cwd=self._folder,
            env={**self._environment, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
        )
        Thread(target=self._pass_on, args=(process,), daemon=True).start()
        self._say(f"started, pid {process.pid}")
        return process

    def _pass_on(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None  # noqa: S101
        with process.stdout as output:
            for line in output:
                self._say(line.rstrip("\n"))

    def _say(self, line: str) -> None:
        sys.stdout.write(f"{self.name:9}| {line}\n")
        sys.stdout.flush()

    def ended(self) -> int | None:
        """Return the exit code of one that has ended, None while it runs."""
        return self._process.poll()

    def keep(self) -> None:
        """Start it again from now on whenever it ends."""
        self._keeper.start()

    def _keep(self) -> None:
        """Start it again whenever it ends, until it is told to end.

        What it has started itself goes first: processes of a receiver that lost their parent go on
        answering, and hold its port.
        """
        pauses = iter(PAUSES)
        while True:
            began = monotonic()
            code = self._process.wait()
            if self._ending.is_set():
                return
            pauses = iter(PAUSES) if monotonic() - began > SOON_SECONDS else pauses
            pause = next(pauses, PAUSES[-1])
            self._say(f"ended with {code}, is started again in {pause} s")
            _end_group(self._process.pid)
            if self._ending.wait(pause):
                return
            self._process = self._start()
            if self._ending.is_set():  # just now
                self.tell_to_end()

    def tell_to_end(self) -> None:
        """Tell it to end, and that it is not to be started again."""
        self._ending.set()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)

    def end(self) -> None:
        """Return once it has ended, by force where it takes too long, with all of its group."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
            _end_group(self._process.pid)
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _end_group(group: int) -> None:
    """End what is left of a process group whose first process has ended."""
    end = monotonic() + LEFT_SECONDS
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
        while monotonic() < end:
            sleep(0.1)
            os.killpg(group, 0)
        os.killpg(group, signal.SIGKILL)
