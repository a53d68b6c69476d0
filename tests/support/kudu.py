"""A real engine, its whole API on a loopback socket, and a client."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder
from wjtui.api.app import make_app
from wjtui.api.server import ApiServer
from wjtui.api.surroundings import Surroundings
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.support.clock import SystemClock

LOOPING = "trap 'exit 0' TERM\nwhile :; do sleep 0.05; done\n"
SERVER = """
import hashlib, json, os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DATA = os.environ["WEBJOBS_DATA_PATH"]

def wait(name):
    while not os.path.exists(os.path.join(DATA, name)):
        time.sleep(0.02)

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def chunk(self, data):
        self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(data), data))
        self.wfile.flush()

    def read_body(self):
        seen, size = hashlib.sha256(), 0
        if self.headers.get("Transfer-Encoding") == "chunked":
            while length := int(self.rfile.readline(), 16):
                data = self.rfile.read(length)
                seen.update(data)
                size += length
                open(os.path.join(DATA, "got"), "w").write(str(size))
                self.rfile.readline()
            self.rfile.readline()
        else:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.update(data)
            size = len(data)
        return size, seen.hexdigest()

    def answer(self):
        if self.path == "/hang":
            self.read_body()
            wait("let-go")
        elif self.path == "/garbage":
            self.wfile.write(b"this is no HTTP\\r\\n\\r\\n")
            self.close_connection = True
        elif self.path == "/silent":
            self.close_connection = True
        elif self.path == "/breaks-off":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"only this")
            self.close_connection = True
        elif self.path == "/slowly":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.chunk(b"first")
            wait("second")
            self.chunk(b"second")
            self.chunk(b"")
        elif self.path == "/endless":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                while True:
                    self.chunk(b"x" * 1000)
                    time.sleep(0.02)
            except OSError:
                open(os.path.join(DATA, "client-left"), "w").close()
            self.close_connection = True
        else:
            size, digest = self.read_body()
            said = {"method": self.command, "path": self.path, "size": size, "sha256": digest,
                    "headers": [[k.lower(), v] for k, v in self.headers.items()]}
            body = json.dumps(said).encode()
            self.send_response(418)
            for name, value in (("X-Own", "1"), ("X-Own", "2"), ("Connection", "X-Hop"), ("X-Hop", "1"),
                                ("Keep-Alive", "timeout=5"), ("Content-Length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = answer

    def log_message(self, *args):
        pass

ThreadingHTTPServer(("127.0.0.1", int(os.environ["WEBJOBS_PORT"])), Handler).serve_forever()
"""
"""A continuous job that listens on its port."""
T, C = "/api/triggeredwebjobs", "/api/continuouswebjobs"
INSTANCE = "kudu01"


@dataclass(frozen=True)
class Kudu:
    """What is served, and a way to ask it."""

    base: str
    """``http://127.0.0.1:PORT``."""
    http: httpx2.Client
    site: SiteBuilder
    port: int
    uploads: Path
    """Where files lie while they are sent."""

    @property
    def root(self) -> Path:
        """The root of the site."""
        return self.site.root

    def until(self, path: str, state: Callable[[Any], Any]) -> Any:
        """Ask for JSON until it is as wanted; an answer of another status than 200 counts as None."""
        found: Any = None
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self.http.get(path)
            found = answer.json() if answer.status_code == 200 else None
            if found is not None and state(found):
                return found
            time.sleep(0.02)
        raise AssertionError(f"{path} did not come to the state; the last answer was {found}")

    def put_script(
        self, kind: str, name: str, text: str, *, file: str = "run.sh", expect: int = 200
    ) -> httpx2.Response:
        """Make a job of one script over the API."""
        answer = self.http.put(
            f"/api/{kind}webjobs/{name}",
            content=text.encode(),
            headers={"Content-Disposition": f"attachment; filename={file}"},
        )
        assert answer.status_code == expect, answer.text
        return answer

    def run(self, name: str, **params: str) -> dict[str, Any]:
        """Run a triggered job to its end, and until its lists say so."""
        answer = self.http.post(f"{T}/{name}/run", params=params)
        assert answer.status_code == 202, answer.text
        path = answer.headers["location"].removeprefix(self.base)
        found: dict[str, Any] = self.until(path, lambda run: run["status"] not in ("Initializing", "Running"))
        self.until(f"{T}/{name}", lambda job: job["latest_run"] == found)
        return found


def make_zip_bytes(files: Mapping[str, str | bytes], *, compress: bool = True) -> bytes:
    """An archive in memory."""
    written = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


@contextmanager
def serve_kudu(
    folder: Path,
    build: Callable[[SiteBuilder], None] = lambda site: None,
    *,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Kudu]:
    """Serve the root ``folder/root``, begun after ``build`` has made its jobs; without credentials.

    In a process of its own: an engine that lives as long as many tests would reap the processes of theirs.
    """
    site = _built(folder, build)
    given = json.dumps([str(site.root), _variables(folder, environment)])
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.kudu_process", given],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as served:  # fmt: skip
        assert served.stdin is not None and served.stdout is not None
        try:
            port, uploads = json.loads(served.stdout.readline())
            with _client(port) as http:
                yield Kudu(str(http.base_url), http, site, port, Path(uploads))
        finally:
            served.stdin.close()
            served.wait(PATIENCE)


@contextmanager
def serve_kudu_here(folder: Path, build: Callable[[SiteBuilder], None]) -> Iterator[Kudu]:
    """Likewise, on a thread of this process, for what a test has to replace in the engine."""
    site = _built(folder, build)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="kudu")
    thread.start()
    opened = AsyncExitStack()
    try:
        start = opened.enter_async_context(engine_on_a_port(site.root, _variables(folder, None)))
        port, uploads = asyncio.run_coroutine_threadsafe(start, loop).result(PATIENCE)
        try:
            with _client(port) as http:
                yield Kudu(str(http.base_url), http, site, port, uploads)
        finally:
            asyncio.run_coroutine_threadsafe(opened.aclose(), loop).result(PATIENCE)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@asynccontextmanager
async def engine_on_a_port(root: Path, variables: Mapping[str, str]) -> AsyncIterator[tuple[int, Path]]:
    """An engine and its whole API; gives the port of loopback, and where files lie while they are sent."""
    engine, server = Engine(EngineOptions(root, INSTANCE, variables)), ApiServer()
    # Of the protocol by name: asyncio lets small writes go at once on such sockets alone.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    port = listening.getsockname()[1]
    await engine.start()
    own = engine.site
    around = Surroundings(
        own.root,
        own.iid,
        SystemClock(),
        own.uploads,
        max_upload=lambda: engine.max_upload,
        limits=lambda: engine.limits,
        vitals=engine.vitals,
    )
    await server.start(make_app(engine.service, around), [listening])
    try:
        yield port, own.uploads
    finally:
        await server.stop()
        await engine.stop(now=True)


def _built(folder: Path, build: Callable[[SiteBuilder], None]) -> SiteBuilder:
    site = SiteBuilder(folder / "root")
    site.jobs.mkdir(parents=True, exist_ok=True)
    build(site)
    return site


def _variables(folder: Path, more: Mapping[str, str] | None) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "WEBJOBS_RESTART_TIME": "1", **(more or {})}


def _client(port: int) -> httpx2.Client:
    return httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE)
