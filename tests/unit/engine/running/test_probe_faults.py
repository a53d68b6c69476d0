from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE, eventually
from wjtui.engine.catalog.hosts import find_hosts
from wjtui.engine.running.probe import ANSWER_BYTES, command_line, fault_of_file, fault_of_http

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NOW = 2_000_000_000.0


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A port, and the heads of the requests that came."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the one who asked has gone
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heads


def says(data: bytes) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return answer


def says_and_stays(data: bytes) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await reader.read()

    return answer


def repeats(head: bytes, piece: bytes) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()

    return answer


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ""),
        (b"HTTP/1.0 200 OK\r\n\r\nok", ""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", ""),
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", ""),
        (b"HTTP/1.1 399 Odd\r\nContent-Length: 0\r\n\r\n", ""),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "answered 400"),
        (b"HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n", "answered 503"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "answered 500"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut short", ""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk", ""),
        (b"", "was not answered as a web server does"),
        (b"HTTP/1.1 20", "was not answered as a web server does"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "was not answered as a web server does"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "was not answered as a web server does"),
        (b"\0" * 100, "was not answered as a web server does"),
    ],
)
async def test_an_answer_is_judged_by_its_status(data: bytes, fault: str) -> None:
    async with serving(says(data)) as (port, heads):
        found = await fault_of_http(port, "/health", PATIENCE)
        assert found == (f"GET /health on port {port} {fault}" if fault else "")
        assert len(heads) == 1, "a redirect was followed"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/health", b"/health"),
        ("/a b/é?q=1&r=%20", b"/a%20b/%C3%A9?q=1&r=%20"),
        ("/x\r\nEvil: 1", b"/x%0D%0AEvil:%201"),
    ],
)
async def test_what_is_asked(path: str, target: bytes) -> None:
    async with serving(says(b"HTTP/1.1 204 No Content\r\n\r\n")) as (port, heads):
        assert await fault_of_http(port, path, PATIENCE) == ""
    first, *headers = heads[0].removesuffix(b"\r\n\r\n").split(b"\r\n")
    assert first == b"GET " + target + b" HTTP/1.1"
    assert [header.partition(b":")[0] for header in headers] == [
        b"Host", b"User-Agent", b"Accept", b"Connection",
    ]  # fmt: skip


async def test_silence_is_no_answer() -> None:
    async with serving(says_and_stays(b"")) as (port, _):
        fault = await fault_of_http(port, "/health", 0.1)
        assert fault == f"GET /health on port {port} did not answer within 0.1 s"


async def test_a_status_counts_although_the_body_never_ends() -> None:
    async with serving(says_and_stays(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")) as (port, _):
        # It takes all of its time: as much as a busy machine may need for the status.
        assert await fault_of_http(port, "/", 3) == ""
    async with serving(repeats(b"HTTP/1.1 500 Oh\r\n\r\n", b"x" * ANSWER_BYTES)) as (port, _):
        assert await fault_of_http(port, "/", PATIENCE) == f"GET / on port {port} answered 500"


@pytest.mark.parametrize(
    ("head", "piece"), [(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), (b"", b"HTTP/1.1 100 Continue\r\n\r\n")]
)
async def test_an_endless_head_is_given_up(head: bytes, piece: bytes) -> None:
    async with serving(repeats(head, piece * 1000)) as (port, _):
        fault = await fault_of_http(port, "/", PATIENCE)
        assert fault == f"GET / on port {port} was not answered as a web server does"


async def test_no_descriptor_is_left_open() -> None:
    def descriptors() -> set[str]:
        return {name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")}

    async with serving(says_and_stays(b"HTTP/1.1 200 OK\r\n\r\n")) as (port, _):
        before = descriptors()
        for _ in range(20):
            await fault_of_http(port, "/", 0.01)
        await eventually(lambda: descriptors() <= before)


async def test_nobody_listens() -> None:
    async with serving(says(b"")) as (port, _):
        pass
    fault = await fault_of_http(port, "/", PATIENCE)
    assert fault == f"GET / on port {port} was refused: nothing listens there"


def test_a_file_is_judged_by_its_age(tmp_path: Path) -> None:
    (tmp_path / "beats").mkdir()
    file = tmp_path / "beats" / "heart"
    assert fault_of_file(str(tmp_path), "beats/heart", 120, NOW) == "beats/heart does not exist"
    assert fault_of_file(str(tmp_path), "beats/heart/x", 120, NOW) == "beats/heart/x does not exist"
    file.touch()
    for age, fault in ((-50, ""), (0, ""), (120, ""), (121, "beats/heart is 121 s old")):
        os.utime(file, (NOW - age, NOW - age))
        assert fault_of_file(str(tmp_path), "beats/heart", 120, NOW) == fault
    assert fault_of_file("/nowhere", str(file), 1000, NOW) == "", "an absolute path"


def test_a_file_that_cannot_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert fault_of_file(str(tmp_path), "loop", 1, NOW).startswith(
        "loop cannot be looked at: Too many levels"
    )
    assert fault_of_file(str(tmp_path), "x" * 300, 1, NOW).endswith("File name too long")
    assert "cannot be looked at: " in fault_of_file(str(tmp_path), "\ud800", 1, NOW)


def test_a_command_is_a_file_of_the_job_or_a_program(tmp_path: Path) -> None:
    hosts = find_hosts({"PATH": os.environ["PATH"]})
    folder = str(tmp_path)
    for name in ("check.sh", "check", "tools/deep.sh"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        path.chmod(path.stat().st_mode & ~stat.S_IXUSR)
    assert command_line(["check.sh", "-v"], folder, hosts) == ("/bin/bash", f"{folder}/check.sh", "-v")
    assert command_line(["./tools/deep.sh"], folder, hosts) == ("/bin/bash", f"{folder}/./tools/deep.sh")
    assert command_line(["check"], folder, hosts) == (f"{folder}/check",)
    assert command_line(["curl", "-f", "x"], folder, hosts) == ("curl", "-f", "x")
    assert command_line(["tools"], folder, hosts) == ("tools",), "a folder is no program"
    assert command_line([f"{folder}/check.sh"], folder, hosts) == (f"{folder}/check.sh",)
