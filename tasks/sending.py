"""Send one message to one address, in a process of its own: bounded in time, and silent.

What apprise logs may hold the address, and an address that is slow could hold a thread for ever.
A process can be ended, its output goes nowhere, and what is secret reaches it by its standard
input, which nobody else can read.
"""

import json
import subprocess
import sys

from models.settings import ROOT

SEND_SECONDS = 30


def send(address: str, title: str, body: str, seconds: float = SEND_SECONDS) -> bool:
    """Send a message, and say whether the address took it within the time.

    Args:
        address: an apprise URL.
        title: of the message.
        body: of the message, plain text.
        seconds: when to give up.
    """
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "tasks.sending"],
            input=json.dumps({"address": address, "title": title, "body": body}).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


def _send_what_is_read() -> bool:
    import apprise

    what = json.load(sys.stdin)
    sender = apprise.Apprise()
    return bool(
        sender.add(what["address"])
        and sender.notify(
            title=what["title"], body=what["body"], body_format=apprise.NotifyFormat.TEXT
        )
    )


if __name__ == "__main__":
    sys.exit(not _send_what_is_read())
