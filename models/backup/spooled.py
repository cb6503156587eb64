"""The spool within a backup: webhooks that were answered, and are in no table yet."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from models.backup.manifest import sync
from models.receiving.spool import segments
from models.settings import settings


def write(folder: Path) -> None:
    """Copy this machine's spool into a backup.

    A segment that is written to meanwhile ends in half a line at worst, whose sender was not
    answered yet; one that is gone meanwhile is in the table.
    """
    for segment in segments(settings().resolved_spool_path()):
        with suppress(FileNotFoundError):
            shutil.copyfile(segment, folder / segment.name)


def restore(folder: Path) -> None:
    """Put the spool of a backup into this machine's, to be delivered as any other.

    What is in this machine's spool stays: it was answered too. A webhook that is in the table
    already is left as it is there.
    """
    spool = settings().resolved_spool_path()
    for segment in segments(folder):
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (spool / segment.name).exists():
            continue
        copied = spool / f"{segment.stem}.{os.getpid()}.new"  # no receiver takes half of it
        shutil.copyfile(segment, copied)
        sync(copied)
        copied.rename(spool / segment.name)
        sync(spool)
