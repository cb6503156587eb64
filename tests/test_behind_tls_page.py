"""docs/behind-tls.md: its configuration of nginx, run as it stands there."""

import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import httpx
import pytest

from models.settings import ROOT
from tests.conftest import MakeDatabase
from tests.processes import free_port
from tests.receiver.conftest import SMALL_LIMIT, Serve, Served, key_in, serve

__all__ = ["serve"]  # a fixture, found here

PAGE = ROOT / "docs" / "behind-tls.md"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not (NGINX and shutil.which("openssl")), reason="nginx is not installed"),
]


def configuration(folder: Path, https: int, receiver: int, prefect: int) -> str:
    """Return the page's configuration, with this machine's ports and a certificate of our own."""
    (block,) = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(), re.S)
    block = re.sub(r"/etc/ssl/[a-z.]+\.(pem|key)", rf"{folder}/our.\1", block)
    block = block.replace("listen 443 ssl", f"listen 127.0.0.1:{https} ssl")
    block = block.replace(":8080", f":{receiver}").replace(":4200", f":{prefect}")
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""  # pytest's folder is its owner's alone
    head = f"daemon off; {user} pid {folder}/pid; error_log {folder}/log;\nevents {{}}\n"
    return f"{head}http {{\n{places}{block}}}\n"


@pytest.fixture(scope="module")
def behind(
    tmp_path_factory: pytest.TempPathFactory, sqlite_copy: MakeDatabase, serve: Serve
) -> Iterator[tuple[Served, httpx.Client]]:
    """Serve behind nginx, and return a client that speaks TLS with it."""
    folder, port, database = tmp_path_factory.mktemp("nginx"), free_port(), sqlite_copy()
    folder.chmod(0o755)
    subject = ["-subj", "/CN=hooks.example.com", "-addext", "subjectAltName=DNS:hooks.example.com"]
    files = ["-keyout", f"{folder}/our.key", "-out", f"{folder}/our.pem"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *files],
        check=True, capture_output=True,
    )  # fmt: skip
    with serve(database, key_in(database)) as served:
        receiver = int(served.url.rpartition(":")[2])
        file = folder / "nginx.conf"
        file.write_text(configuration(folder, port, receiver, free_port()))
        nginx = subprocess.Popen([str(NGINX), "-c", str(file), "-p", str(folder)])
        sleep(1)
        trust = ssl.create_default_context(cafile=f"{folder}/our.pem")
        trust.check_hostname = False  # the name leads elsewhere
        try:
            with httpx.Client(
                base_url=f"https://127.0.0.1:{port}",
                headers={"Host": "hooks.example.com"},
                verify=trust,
                timeout=20,
            ) as client:
                yield served, client
        finally:
            nginx.terminate()
            nginx.wait(10)


def test_a_webhook_comes_through(behind: tuple[Served, httpx.Client]) -> None:
    served, client = behind
    answer = client.post(f"/webhooks/{served.api_key}", content=b"x" * SMALL_LIMIT)
    assert answer.status_code == 200, answer.text
    assert client.post("/webhooks/wrong").json()["error"] == "Unauthorized"


def test_health_is_told_and_nothing_else(behind: tuple[Served, httpx.Client]) -> None:
    _, client = behind
    assert client.get("/healthz").json()["status"] == "ok"
    for path in ("/metrics", "/console/webhooks", "/"):
        assert client.get(path).status_code == 404


def test_who_sends_too_much_or_too_often_is_refused(behind: tuple[Served, httpx.Client]) -> None:
    _, client = behind
    assert client.post("/webhooks/wrong", content=bytes(11 * 1024 * 1024)).status_code == 413
    statuses = {client.post("/webhooks/wrong").status_code for _ in range(400)}
    assert statuses == {401, 429}
