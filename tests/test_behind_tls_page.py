"""docs/behind-tls.md: its configurations of nginx and of Caddy, run as they stand there."""

import asyncio
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from models.settings import ROOT
from tests.conftest import MakeDatabase
from tests.prefect_process import prefect_server
from tests.processes import free_port
from tests.receiver.conftest import SMALL_LIMIT, Serve, Served, key_in, serve

__all__ = ["serve"]  # a fixture, found here

PAGE = ROOT / "docs" / "behind-tls.md"
SBIN = "/usr/sbin"
NAMES = ("hooks.example.com", "prefect.example.com")
AUTH = "admin:a-long-password"

pytestmark = [pytest.mark.prove, pytest.mark.prefect]


def program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=SBIN)


def block_of(name: str, receiver: int, prefect: int) -> str:
    """Return the page's configuration, with this machine's ports."""
    (block,) = re.findall(rf"```{name}\n(.*?)```", PAGE.read_text(), re.S)
    return str(block).replace(":8080", f":{receiver}").replace(":4200", f":{prefect}")


def nginx(folder: Path, https: int, receiver: int, prefect: int) -> list[str]:
    """Write the configuration, with a certificate of our own, and return what starts it."""
    block = re.sub(
        r"/etc/ssl/[a-z.]+\.(pem|key)", rf"{folder}/our.\1", block_of("nginx", receiver, prefect)
    )
    block = block.replace("listen 443 ssl", f"listen 127.0.0.1:{https} ssl")
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""  # pytest's folder is its owner's alone
    head = f"daemon off; {user} pid {folder}/pid; error_log {folder}/log;\nevents {{}}\n"
    file = folder / "nginx.conf"
    file.write_text(f"{head}http {{\n{places}{block}}}\n")
    return [str(program("nginx")), "-c", str(file), "-p", str(folder)]


def caddy(folder: Path, https: int, receiver: int, prefect: int) -> list[str]:
    """Likewise for Caddy, which fetches no certificate then."""
    block = block_of("caddy", receiver, prefect)
    version = subprocess.run(["caddy", "version"], capture_output=True, text=True).stdout
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < (2, 7):
        block = block.replace("request_buffers 10MB", "buffer_requests\nmax_buffer_size 10MB")
    for name in NAMES:
        ours = f"{name} {{\nbind 127.0.0.1\ntls {folder}/our.pem {folder}/our.key"
        block = block.replace(f"{name} {{", ours)
    file = folder / "Caddyfile"
    no_more = f"admin off\nauto_https disable_redirects\nhttps_port {https}\n"
    file.write_text(f"{{\n{no_more}}}\n{block}")
    return ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]


PROXIES = {"nginx": nginx, "caddy": caddy}


@dataclass(frozen=True)
class Behind:
    """What stands behind a proxy, and how it is reached from before it."""

    proxy: str
    port: int
    trust: ssl.SSLContext
    receiver: Served

    def client(self, name: str, auth: tuple[str, str] | None = None) -> httpx.Client:
        return httpx.Client(
            base_url=f"https://{name}:{self.port}",
            transport=_Here(verify=self.trust),
            timeout=20,
            auth=auth,
        )


class _Here(httpx.HTTPTransport):
    """Has every name lead to this machine, as DNS would, and asks for it in TLS by its name."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = request.url.host
        request.url = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(request)


@pytest.fixture(scope="module", params=PROXIES)
def behind(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_copy: MakeDatabase,
    serve: Serve,
) -> Iterator[Behind]:
    """Serve a receiver and Prefect's server behind a proxy that speaks TLS."""
    name = request.param
    if not (program(name) and shutil.which("openssl")):
        pytest.skip(f"{name} is not installed")
    folder, port, database = tmp_path_factory.mktemp(name), free_port(), sqlite_copy()
    folder.chmod(0o755)
    _write_certificate(folder)
    with ExitStack() as stack:
        served = stack.enter_context(serve(database, key_in(database)))
        demanded = {"PREFECT_SERVER_API_AUTH_STRING": AUTH, "PREFECT_API_AUTH_STRING": AUTH}
        server = stack.enter_context(prefect_server(folder / "prefect", **demanded))
        ports = (int(url.split(":")[2].split("/")[0]) for url in (served.url, server.api_url))
        started = subprocess.Popen(PROXIES[name](folder, port, *ports), cwd=folder)
        stack.callback(started.wait, 20)
        stack.callback(started.terminate)
        trust = ssl.create_default_context(cafile=f"{folder}/our.pem")
        found = Behind(name, port, trust, served)
        _wait(found)
        yield found


def _write_certificate(folder: Path) -> None:
    names = ",".join(f"DNS:{name}" for name in NAMES)
    subject = ["-subj", f"/CN={NAMES[0]}", "-addext", f"subjectAltName={names}"]
    files = ["-keyout", f"{folder}/our.key", "-out", f"{folder}/our.pem"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *files],
        check=True, capture_output=True,
    )  # fmt: skip


def _wait(behind: Behind) -> None:
    for _ in range(50):
        try:
            with behind.client(NAMES[0]) as client:
                client.get("/healthz")
            return
        except httpx.HTTPError:
            sleep(0.2)
    raise AssertionError(f"{behind.proxy} does not answer")


def test_a_webhook_comes_through(behind: Behind) -> None:
    with behind.client(NAMES[0]) as client:
        path = f"/webhooks/{behind.receiver.api_key}"
        answer = client.post(path, content=b"x" * SMALL_LIMIT)
        assert answer.status_code == 200, answer.text
        assert client.post("/webhooks/wrong").json()["error"] == "Unauthorized"


def test_health_is_told_and_nothing_else(behind: Behind) -> None:
    with behind.client(NAMES[0]) as client:
        assert client.get("/healthz").json()["status"] == "ok"
        for path in ("/metrics", "/console/webhooks", "/"):
            assert client.get(path).status_code == 404


def test_who_sends_too_much_is_refused(behind: Behind) -> None:
    with behind.client(NAMES[0]) as client:
        answer = client.post("/webhooks/wrong", content=bytes(11 * 1024 * 1024))
        assert answer.status_code in ({413} if behind.proxy == "nginx" else {413, 502})


def test_who_sends_too_often_is_refused_by_nginx(behind: Behind) -> None:
    if behind.proxy != "nginx":
        pytest.skip("Caddy has no such bound of its own; the receiver has one for each source")
    with behind.client(NAMES[0]) as client:
        statuses = {client.post("/webhooks/wrong").status_code for _ in range(400)}
    assert statuses == {401, 429}


def test_prefect_asks_for_its_auth_string(behind: Behind) -> None:
    with behind.client(NAMES[1]) as stranger:
        assert stranger.post("/api/flows/filter", json={}).status_code == 401
    user, _, password = AUTH.partition(":")
    with behind.client(NAMES[1], (user, password)) as person:
        assert person.post("/api/flows/filter", json={}).json() == []


def test_prefects_pages_can_listen_for_events(behind: Behind) -> None:
    async def _listen() -> None:
        url = f"wss://{NAMES[1]}:{behind.port}/api/events/out"
        spoken = [Subprotocol("prefect")]
        async with connect(
            url, subprotocols=spoken, ssl=behind.trust, host="127.0.0.1", proxy=None
        ) as socket:
            assert socket.subprotocol == "prefect"

    asyncio.run(_listen())
