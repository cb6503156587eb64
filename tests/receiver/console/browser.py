"""A real browser for tests: Debian's Chromium, and axe-core, each fetched where it is missing."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
AXE = "axe-core@4"
QUIET = (
    "--no-sandbox",  # it refuses to start as root otherwise
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser, and end it."""
    found = next(filter(None, map(shutil.which, NAMES)), None) or _installed("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


def axe_script(folder: Path) -> str:
    """Return the text of axe-core, from the npm registry."""
    npm = shutil.which("npm") or _installed("npm")
    packed = subprocess.run(
        [npm, "pack", AXE, "--silent", "--pack-destination", str(folder)],
        capture_output=True,
        text=True,
    )
    if packed.returncode:
        pytest.fail(f"npm cannot fetch {AXE}, which looks at the pages: {packed.stderr.strip()}")
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member
        return member.read().decode()


def _installed(package: str) -> str:
    """Install a package of Debian's, as root; without that the tests fail and say what to do."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-qy", "--no-install-recommends", package]):
            subprocess.run(["apt-get", *command], env=environment, capture_output=True)
    if found := shutil.which(package):
        return found
    pytest.fail(f"The tests of the console need {package}: install it, as by apt-get.")
