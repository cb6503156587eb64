"""What sessions are signed with: made once, in a file that its owner alone can read.

All receivers of a machine share it. Those of several machines are given the same by a setting.
"""

import fcntl
import os
import secrets
from functools import cache
from pathlib import Path

from models.settings import settings


def session_secret() -> str:
    """Return the secret that the settings name, or else the one in the home folder."""
    return settings().console_secret.get_secret_value() or _kept(settings().home / "console.secret")


@cache
def _kept(file: Path) -> str:
    """Read the secret, which is made where there is none.

    Of two processes that find none at once, one waits for the other and reads what it has made.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)  # until it is closed
        if found := opened.read():
            return found
        made = secrets.token_urlsafe(48)
        opened.write(made)
        return made
