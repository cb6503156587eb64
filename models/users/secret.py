"""What sessions are signed with: made once, in a file that its owner alone can read.

All receivers of a machine share it. Those of several machines are given the same by a setting.
"""

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from models.settings import settings


def session_secret() -> str:
    """Return the secret that the settings name, or else the one in the home folder."""
    return settings().console_secret.get_secret_value() or _kept(settings().home / "console.secret")


@cache
def _kept(file: Path) -> str:
    """Read the secret, which is made where there is none, whole or not at all.

    Of two processes that make one at once, both use the one that was linked first.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        made = file.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(made, file)
        made.unlink()
    return file.read_text()
