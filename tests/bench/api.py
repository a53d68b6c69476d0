"""P2, R15 and the API under load: how fast it answers, how soon a run begins, what many requests leave."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from tests.bench.hosting import BASH, Host, add_job, engine, supervisor, wait_until
from tests.bench.kept_alive import ask_for, ask_times, listeners, request_bytes
from tests.bench.process import memory
from tests.bench.report import Figure, Limit
from wjtui.api.tcp_socket import Listen
from wjtui.client.probe import find_engine

JOBS = 100
STREAMS = 100
SECONDS = 3.0
TURNS = 3
ROUNDS = 40
REQUESTS = 100_000
_WARM = 5_000
_USER, _PASSWORD = "bench", "0f6c1f9d3a"
_LIST = "/api/webjobs"
_EXITED = 100
"""supervisor's number for a process that has ended."""


def measure(folder: Path) -> list[Figure]:
    """Everything; each server alone."""
    root = folder / "engine"
    script = _script(folder / "stamp")
    for number in range(JOBS - 1):
        add_job(root, "triggered", f"job-{number:03}", "true\n")
    add_job(root, "triggered", "stamped", script)
    with engine(root, Listen("127.0.0.1", 0), WJTUI_USER=_USER, WJTUI_PASSWORD=_PASSWORD) as host:
        port = _port(host)
        begun = _starts(lambda: _run_over(host.socket), folder / "stamp")
        crowded_begun = asyncio.run(_starts_among(port, host.socket, folder / "stamp"))
        size = _size(port)
        with _bare(folder / "port", size) as bare:
            alone, crowded, floor = asyncio.run(_rates(port, bare))
        before, after = asyncio.run(_memory(port, host.pid))
    return [
        Figure(
            "P2", "trigger over the socket to the first instruction", "ms", begun,
            (Limit(5, "floor"), Limit(0.5, "peer")), _popen(folder, script),
            _supervisor(folder / "supervisor", script, folder / "stamp"), "supervisor",
            note=f"medians of {ROUNDS}",
        ),
        Figure("P2", f"the same beside {STREAMS} event streams", "ms", crowded_begun, ()),
        Figure(
            "", f"list of {JOBS} jobs over TCP", "1/s", alone, (), floor,
            note=f"{size / 1000:.0f} kB each, 16 connections; the floor is uvicorn alone",
        ),
        Figure("", f"the same beside {STREAMS} event streams", "1/s", crowded, (), floor),
        Figure(
            "R15", f"memory after {REQUESTS:,} requests", "MiB more", after - before, (Limit(5),),
            note=f"{before:.0f} after the first {_WARM:,}",
        ),
    ]  # fmt: skip


def _script(stamp: Path) -> str:
    """Writes the instant of its first instruction, as microseconds; no process is started for it."""
    return f'at=$EPOCHREALTIME\necho "$at" > {stamp}.new\nmv {stamp}.new {stamp}\n'


def _authorization() -> str:
    return "Basic " + base64.b64encode(f"{_USER}:{_PASSWORD}".encode()).decode()


def _port(host: Host) -> int:
    site = host.place.site
    found = find_engine(site.engine_lock, site.engine_file)
    assert found is not None
    port = urlsplit(found.urls[0]).port
    assert port is not None
    return port


async def _rates(port: int, bare: int) -> tuple[float, float, float]:
    """Answers a second without and with streams, and the floor; in turns, since the machine has others."""
    request = request_bytes(_LIST, authorization=_authorization())
    stream = request_bytes("/api/wjtui/events", authorization=_authorization())
    await ask_for(port, request, 1.0)
    rates = []
    for _ in range(TURNS):
        alone = await ask_for(port, request, SECONDS)
        floor = await ask_for(bare, request_bytes("/"), SECONDS)
        async with listeners(port, stream, STREAMS):
            rates.append((alone, await ask_for(port, request, SECONDS), floor))
    alone, crowded, floor = (median(each) for each in zip(*rates, strict=True))
    return alone, crowded, floor


async def _starts_among(port: int, path: str, stamp: Path) -> float:
    """The same beside clients that are told of each start and each end."""
    stream = request_bytes("/api/wjtui/events", authorization=_authorization())
    async with listeners(port, stream, STREAMS):
        return await asyncio.to_thread(_starts, lambda: _run_over(path), stamp)


def _size(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", _LIST, headers={"Authorization": _authorization()})
    body = connection.getresponse().read()
    connection.close()
    assert len(json.loads(body)) == JOBS
    return len(body)


async def _memory(port: int, pid: int) -> tuple[float, float]:
    """MiB before and after; one in ten requests is for a job that there is not."""
    paths = [f"/api/triggeredwebjobs/job-{number:03}" for number in range(9)] + ["/api/triggeredwebjobs/no"]
    requests = [request_bytes(path, authorization=_authorization()) for path in paths]
    await ask_times(port, requests, _WARM)
    before = memory(pid, "VmRSS")
    await ask_times(port, requests, REQUESTS)
    return before, memory(pid, "VmRSS")


@contextmanager
def _bare(file: Path, size: int) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.bench.bare_server", str(file), str(size)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: file.exists() and bool(file.read_text()), "the bare server listens")
        yield int(file.read_text())
    finally:
        process.terminate()
        process.wait()


def _starts(start: Callable[[], Callable[[], bool]], stamp: Path) -> float:
    """Median milliseconds from the command to the first instruction.

    ``start`` gives the command, and tells when the next one may follow.
    """
    took = []
    for _ in range(ROUNDS + 1):
        stamp.unlink(missing_ok=True)
        began = time.time()
        ended = start()
        wait_until(stamp.exists, "the job has begun")
        took.append(1000 * (float(stamp.read_text()) - began))
        wait_until(ended, "the job has ended")
    return median(took[1:])


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


_kept: dict[str, _UnixConnection] = {}


def _run_over(path: str) -> Callable[[], bool]:
    connection = _kept.setdefault(path, _UnixConnection(path))

    def ask(method: str, where: str) -> bytes:
        connection.request(method, where)
        return connection.getresponse().read()

    answer = json.loads(ask("POST", "/api/wjtui/jobs/triggered/stamped/run"))
    assert "run" in answer, answer

    def ended() -> bool:
        # The job, not the run: that has ended a moment before the next one can begin.
        jobs = json.loads(ask("GET", "/api/wjtui/snapshot"))["jobs"]
        return any(job["id"]["name"] == "stamped" and job["phase"]["type"] == "Idle" for job in jobs)

    return ended


def _popen(folder: Path, script: str) -> float:
    (folder / "run.sh").write_text(script)

    def start() -> Callable[[], bool]:
        process = subprocess.Popen([BASH, "run.sh"], cwd=folder)
        return lambda: process.poll() is not None

    return _starts(start, folder / "stamp")


class _UnixTransport(xmlrpc.client.Transport):
    """XML-RPC over a Unix socket, kept alive."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._made: _UnixConnection | None = None

    def make_connection(self, host: object) -> http.client.HTTPConnection:
        self._made = self._made or _UnixConnection(self._path)
        return self._made


def _supervisor(folder: Path, script: str, stamp: Path) -> float | None:
    folder.mkdir()
    (folder / "run.sh").write_text(script)
    path = f"{folder}/rpc.sock"
    config = (
        f"[unix_http_server]\nfile={path}\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"
        f"[program:stamped]\ncommand={BASH} run.sh\ndirectory={folder}\nautostart=false\n"
        "autorestart=false\nstartsecs=0\n"
    )
    with supervisor(folder, config) as pid:
        if pid is None:
            return None
        wait_until(lambda: os.path.exists(path), "supervisor listens")
        proxy = xmlrpc.client.ServerProxy("http://localhost", transport=_UnixTransport(path))

        def start() -> Callable[[], bool]:
            proxy.supervisor.startProcess("stamped", False)
            return ended

        def ended() -> bool:
            found = proxy.supervisor.getProcessInfo("stamped")
            return isinstance(found, dict) and found["state"] == _EXITED

        return _starts(start, stamp)
