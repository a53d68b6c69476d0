"""What clients may drag out, and what they may not: raw bytes on a socket."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.fake_service import FakeJobService
from tests.support.patience import PATIENCE, eventually
from tests.support.tcp import Served, basic, make_certificate, serve_on_tcp
from wjtui.api import limits, protocol, room, tcp_socket
from wjtui.api.tcp_socket import MOST_STRANGERS, Listen
from wjtui.api.tls import server_context

HEALTH = b"GET /api/wjtui/health HTTP/1.1\r\nhost: x\r\nauthorization: " + basic().encode() + b"\r\n\r\n"
RUN = b"POST /api/wjtui/jobs/triggered/report/run HTTP/1.1\r\nhost: x\r\nauthorization: " + basic().encode()


class Wire:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> bytes:
        """A head and the body that it tells the length of."""
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line[15:])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            return head + await self.reader.readexactly(length)

    async def rest(self) -> bytes:
        """Everything until the server closes."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read()


class Wires:
    """Connections that end with the test."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.opened: list[Wire] = []

    async def open(self) -> Wire:
        wire = Wire(*await asyncio.open_connection("127.0.0.1", self.served.port))
        self.opened.append(wire)
        return wire


@pytest.fixture
async def wires(service: FakeJobService, tmp_path: Path) -> AsyncIterator[Wires]:
    async with serve_on_tcp(service, tmp_path) as served:
        found = Wires(served)
        yield found
        for wire in found.opened:
            wire.writer.close()


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


async def test_an_answer_is_one_packet(wires: Wires) -> None:
    wire = await wires.open()
    for _ in range(20):
        await wire.say(HEALTH)
        async with asyncio.timeout(PATIENCE):
            whole = await wire.reader.read(65536)
        assert whole.startswith(b"HTTP/1.1 200") and whole.endswith(b"}")
        assert b"\r\nserver:" not in whole.lower() and whole.lower().count(b"\r\ndate:") == 1


async def test_requests_one_behind_the_other_are_answered_in_order(wires: Wires) -> None:
    wire = await wires.open()
    await wire.say(HEALTH * 3 + HEALTH.replace(b"/api/wjtui/health", b"/nowhere"))
    assert [status(await wire.answer()) for _ in range(4)] == [200, 200, 200, 404]


async def test_a_head_that_does_not_end_is_given_up(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 1.0)
    silent, begun, later = await wires.open(), await wires.open(), await wires.open()
    await begun.say(HEALTH[:30])
    await later.say(HEALTH)
    assert status(await later.answer()) == 200
    await later.say(HEALTH[:30])
    for wire in (silent, begun, later):
        assert await wire.rest() == b""


async def test_an_idle_connection_is_kept_for_a_while(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 1.0)
    wire = await wires.open()
    for _ in range(2):
        await wire.say(HEALTH)
        assert status(await wire.answer()) == 200
        await asyncio.sleep(1.5)


async def test_a_head_that_is_too_long_is_refused_however_it_comes(wires: Wires) -> None:
    long = HEALTH[:-2] + b"x: " + b"a" * protocol.HEAD_BYTES + b"\r\n\r\n"
    whole, torn = await wires.open(), await wires.open()
    await whole.say(long)
    assert status(await whole.answer()) == 431
    most = protocol.HEAD_BYTES
    await torn.say(long[: most - 2_000])
    await asyncio.sleep(0.05)
    await torn.say(long[most - 2_000 : most + 8_000])
    answer = await torn.rest()
    assert status(answer) == 431 and f"{most} bytes".encode() in answer


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 40 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nx : y\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        RUN + b"\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_what_is_no_request_is_refused_and_not_logged(
    wires: Wires, rubbish: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    wire = await wires.open()
    await wire.say(rubbish)
    answer = await wire.rest()
    assert status(answer) == 400 and b"connection: close" in answer.lower()
    assert b"Traceback" not in answer
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    "body", [b"content-length: 20\r\n\r\n{", b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n"]
)
async def test_a_body_that_stands_still_is_given_up(
    service: FakeJobService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    defaults = limits.Limits.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "patience", 0.2)
    async with serve_on_tcp(service, tmp_path) as served:
        wire = await Wires(served).open()
        await wire.say(RUN + b"\r\n" + body)
        answer = await wire.rest()
        assert status(answer) == 408 and b"connection: close" in answer and b"Nothing of the body" in answer
        wire.writer.close()
    assert service.commands == []


async def test_a_length_that_lies_starts_nothing(wires: Wires, service: FakeJobService) -> None:
    short = await wires.open()
    await short.say(RUN + b"\r\ncontent-length: 20\r\n\r\n{}")
    short.writer.write_eof()
    assert await short.rest() == b""
    assert service.commands == []
    long = await wires.open()
    await long.say(RUN + b"\r\ncontent-length: 2\r\n\r\n{}GET nonsense")
    assert status(await long.answer()) == 200
    long.writer.write_eof()
    assert await long.rest() == b""
    assert len(service.commands) == 1


async def test_a_body_is_asked_for_only_where_it_is_read(wires: Wires, service: FakeJobService) -> None:
    wire = await wires.open()
    await wire.say(RUN + b"\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
    assert status(await wire.answer()) == 100
    await wire.say(b"{}")
    assert status(await wire.answer()) == 200
    stranger = await wires.open()
    await stranger.say(
        b"PUT /api/triggeredwebjobs/x HTTP/1.1\r\nhost: x\r\n"
        b"expect: 100-continue\r\ncontent-length: 99\r\n\r\n"
    )
    answer = await stranger.answer()
    assert status(answer) == 401 and b"connection: close" in answer


async def test_a_refused_body_does_not_take_the_answer_back(wires: Wires) -> None:
    wire = await wires.open()
    size = 300 << 20
    await wire.say(
        b"PUT /api/triggeredwebjobs/x HTTP/1.1\r\nhost: x\r\n"
        b"content-disposition: attachment; filename=x.sh\r\n"
        b"authorization: " + basic().encode() + b"\r\ncontent-length: %d\r\n\r\n" % size
    )
    sent = 0
    try:
        while sent < size and not wire.reader._buffer:  # type: ignore[attr-defined]
            await wire.say(b"x" * 65536)
            sent += 65536
            await asyncio.sleep(0)
    except ConnectionError:
        pass
    answer = await wire.answer()
    assert status(answer) == 413 and b"connection: close" in answer
    assert sent < 100 << 20


async def test_a_slow_line_that_brings_too_much_is_heard_out(
    wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100 MiB take minutes there: after 30 s the refusal was taken back, and the client said "no answer"."""
    monkeypatch.setattr(protocol, "LINGER_SECONDS", 0.2)
    wire = await wires.open()
    await wire.say(
        b"PUT /api/triggeredwebjobs/x HTTP/1.1\r\nhost: x\r\n"
        b"content-disposition: attachment; filename=x.sh\r\n"
        b"authorization: " + basic().encode() + b"\r\ncontent-length: 999999999\r\n\r\n"
    )
    for _ in range(20):
        await wire.say(b"x" * 1024)
        await asyncio.sleep(0.05)
    assert status(await wire.answer()) == 413


async def test_the_silent_make_room_and_the_busy_do_not(
    service: FakeJobService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wjtui.api.server.MOST_CONNECTIONS", 5)
    async with serve_on_tcp(service, tmp_path) as served:
        wires = Wires(served)
        idle = [await wires.open() for _ in range(5)]
        await idle[0].say(HEALTH)
        assert status(await idle[0].answer()) == 200
        newcomer = await wires.open()
        await newcomer.say(HEALTH)
        assert status(await newcomer.answer()) == 200
        # The longest silent had to go; who has asked something since had not.
        assert await idle[1].rest() == b""
        await idle[0].say(HEALTH)
        assert status(await idle[0].answer()) == 200
        service.hold = asyncio.Event()
        for number in range(5):
            busy = await wires.open()
            await busy.say(RUN + b"\r\ncontent-length: 2\r\n\r\n{}")
            await eventually(lambda wanted=number + 1: len(service.commands) >= wanted)  # type: ignore[misc]
        refused = await wires.open()
        answer = await refused.rest()
        assert status(answer) == 503 and b"retry-after" in answer.lower()
        service.hold.set()
        for wire in wires.opened:
            wire.writer.close()


async def test_the_last_descriptors_are_for_jobs_and_who_asks_gets_in_all_the_same(
    service: FakeJobService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve_on_tcp(service, tmp_path) as served:
        top = max(map(int, os.listdir("/proc/self/fd")))
        # Both ends are in this process: every connection takes two.
        monkeypatch.setattr(room, "descriptor_ceiling", lambda: top + 40)
        monkeypatch.setattr(tcp_socket, "descriptor_ceiling", lambda kept: top + 60)
        wires = Wires(served)
        for _ in range(60):
            await wires.open()

        async def ask() -> int:
            wire = await wires.open()
            try:
                await wire.say(HEALTH)
                return status(await wire.answer())
            except (ConnectionError, asyncio.IncompleteReadError):
                return 0  # one may be turned away while the others go
            finally:
                wire.writer.close()

        for wire in wires.opened[:30]:
            wire.writer.close()
        answers = [await ask() for _ in range(10)]
        assert answers[-5:] == [200] * 5
        for wire in wires.opened:
            wire.writer.close()


THRONG = """
import resource, socket, sys, time
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
port, count = int(sys.argv[1]), int(sys.argv[2])
kept = []
for _ in range(count):
    each = socket.socket()
    each.setblocking(False)
    each.connect_ex(("127.0.0.1", port))
    kept.append(each)
    if len(kept) % 100 == 0:
        time.sleep(0.02)
print("there", flush=True)
sys.stdin.read()
"""


async def is_answered(port: int, context: ssl.SSLContext | None) -> bool:
    """Whether one that connects and asks is let in; no other answer than the right one is taken."""
    try:
        wire = Wire(*await asyncio.open_connection("127.0.0.1", port, ssl=context))
        await wire.say(HEALTH)
        answer = await wire.answer()
    except (OSError, asyncio.IncompleteReadError):
        return False
    wire.writer.close()
    assert status(answer) == 200
    return True


@pytest.mark.parametrize("secured", [False, True])
async def test_thousands_of_silent_connections_leave_room_for_jobs_and_for_who_asks(
    service: FakeJobService, tmp_path: Path, secured: bool
) -> None:
    tls = None
    before = len(os.listdir("/proc/self/fd"))
    if secured:
        made = make_certificate(tmp_path)
        tls = server_context(Listen("127.0.0.1", 0, str(made.certificate), str(made.key)))
    async with serve_on_tcp(service, tmp_path, tls=tls) as served:
        throng = await asyncio.to_thread(
            subprocess.Popen,
            [sys.executable, "-c", THRONG, str(served.port), "2000"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            assert throng.stdout is not None
            assert await asyncio.to_thread(throng.stdout.readline) == b"there\n"
            most = MOST_STRANGERS if secured else room.MOST_CONNECTIONS
            await eventually(lambda: len(os.listdir("/proc/self/fd")) < before + most + 50)
            context = ssl.create_default_context(cafile=made.certificate) if secured else None
            async with asyncio.timeout(PATIENCE):
                # While the throng still pours in, who has not asked yet is one of it, and may have to go.
                while not await is_answered(served.port, context):  # noqa: ASYNC110 (it tells nobody)
                    await asyncio.sleep(0.05)
        finally:
            await asyncio.to_thread(throng.communicate)
