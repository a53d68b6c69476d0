"""A service on a loopback TCP socket, with credentials and with TLS where that is wanted."""

from __future__ import annotations

import base64
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from wjtui.api.app import make_app
from wjtui.api.credentials import Hashed, hash_credentials
from wjtui.api.server import ApiServer
from wjtui.api.surroundings import Surroundings
from wjtui.api.tcp_socket import open_tcp_sockets, read_listen
from wjtui.service import JobService
from wjtui.support.clock import SystemClock

USER, PASSWORD = "$site", "pa:ss wörd"
HASHED = hash_credentials(USER, PASSWORD)


@dataclass(frozen=True)
class Served:
    """What is served, and where."""

    server: ApiServer
    port: int
    scheme: str = "http"

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"{self.scheme}://127.0.0.1:{self.port}"


@asynccontextmanager
async def serve_on_tcp(
    service: JobService,
    folder: Path,
    *,
    credentials: Hashed | None = HASHED,
    tls: ssl.SSLContext | None = None,
    port: int = 0,
) -> AsyncIterator[Served]:
    """Serve it; ``credentials``: those that count, None: nobody gets in."""
    server = ApiServer()
    around = Surroundings(folder, "one", SystemClock(), folder / "uploads")
    (opened,) = open_tcp_sockets(read_listen(f"127.0.0.1:{port}"))
    bound = opened.getsockname()[1]
    await server.start(make_app(service, around), [opened], credentials=lambda: credentials, tls=tls)
    try:
        yield Served(server, bound, "http" if tls is None else "https")
    finally:
        await server.stop()


def basic(user: str = USER, password: str = PASSWORD) -> str:
    """The header that says so."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@dataclass(frozen=True)
class Certificate:
    """A certificate of this machine's, signed by itself."""

    certificate: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    """One for localhost and 127.0.0.1; skips the test where there is no openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there to make a certificate: install it with 'apt-get install openssl'")
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", made.key, "-out", made.certificate, "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return made
