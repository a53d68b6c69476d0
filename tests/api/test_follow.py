from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from random import Random

import httpx2
import msgspec
import pytest

from tests.support.fake_service import FakeJobService, MemoryLog, make_job, make_run
from tests.support.kudu import Kudu, T, serve_kudu
from tests.support.patience import PATIENCE, eventually
from tests.support.site_builder import SiteBuilder
from wjtui.api.app import make_app
from wjtui.api.follow import News, follow
from wjtui.api.logs import MAX_BYTES, tail_start
from wjtui.api.server import ApiServer
from wjtui.logs.reader import FileLogSource, LogFile
from wjtui.model.errors import EngineStopping
from wjtui.model.events import JobRemoved, LogExtent, LogGrew, LogRef, RunChanged, RunRemoved
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import RunStatus
from wjtui.service import JobService, LogSource

Serve = Callable[[JobService], AbstractAsyncContextManager[ApiServer]]
REPORT = JobId(JobType.TRIGGERED, "report")
MAILER = JobId(JobType.CONTINUOUS, "mailer")


class Follower:
    """Somebody who follows a log of a fake engine; ``got`` is what has come."""

    def __init__(self, service: FakeJobService, ref: LogRef, log: LogSource, extent: LogExtent) -> None:
        self.got = b""
        self.ended = False
        self.closing = asyncio.Event()
        self._pieces = follow(News(service, ref), log, extent, 0, self.closing)

    async def take(self) -> None:
        async for piece in self._pieces:
            self.got += piece
        self.ended = True

    async def has(self, text: bytes) -> None:
        await eventually(lambda: self.got == text)


@asynccontextmanager
async def followed(service: FakeJobService, ref: LogRef, data: bytes = b"") -> AsyncIterator[Follower]:
    known = service.logs.get(ref)
    log = known if isinstance(known, MemoryLog) else service.log(ref, data)
    async with following(Follower(service, ref, log, log.reach)) as follower:
        yield follower
    await eventually(lambda: not service._subscribers)


@asynccontextmanager
async def following(follower: Follower) -> AsyncIterator[Follower]:
    task = asyncio.create_task(follower.take(), name="follower")
    try:
        yield follower
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def a_run(status: RunStatus = RunStatus.RUNNING) -> tuple[FakeJobService, LogRef]:
    run = make_run("report", status)
    return FakeJobService(make_job("report", latest_run=run)), LogRef(REPORT, run.ref.run)


async def test_bytes_come_as_they_are_written_until_the_run_ends() -> None:
    service, ref = a_run()
    async with followed(service, ref, b"one\n") as follower:
        await follower.has(b"one\n")
        service.grow(ref, b"two")
        await follower.has(b"one\ntwo")
        service.grow(ref, b"\n")
        await follower.has(b"one\ntwo\n")
        assert not follower.ended
        [running] = await service.runs(REPORT)
        service.tell(RunChanged(msgspec.structs.replace(running, status=RunStatus.SUCCESS)))
        await eventually(lambda: follower.ended)
        assert follower.got == b"one\ntwo\n"


async def test_of_a_run_that_has_ended_everything_comes_and_then_the_end() -> None:
    service, ref = a_run(RunStatus.FAILED)
    data = Random(1).randbytes(300_000)
    async with followed(service, ref, data) as follower:
        await eventually(lambda: follower.ended)
        assert follower.got == data


@pytest.mark.parametrize("what", ["run removed", "job removed", "engine ends", "engine lost", "closing"])
async def test_what_else_ends_it(what: str) -> None:
    service, ref = a_run()
    assert ref.run is not None
    run = make_run("report", RunStatus.RUNNING)
    async with followed(service, ref, b"x") as follower:
        await follower.has(b"x")
        match what:
            case "run removed":
                service.tell(RunRemoved(run.ref))
            case "job removed":
                service.tell(JobRemoved(REPORT))
            case "engine ends":
                service.end()
            case "engine lost":
                service.lose(EngineStopping("It stops."))
            case _:
                follower.closing.set()
        await eventually(lambda: follower.ended)
        assert follower.got == b"x"


async def test_a_continuous_job_is_followed_over_ends_of_its_process() -> None:
    service = FakeJobService(make_job("mailer", kind=JobType.CONTINUOUS))
    ref = LogRef(MAILER)
    async with followed(service, ref, b"") as follower:
        service.grow(ref, b"a")
        await follower.has(b"a")
        service.change("mailer", disabled=True)
        service.grow(ref, b"b")
        await follower.has(b"ab")
        assert not follower.ended


async def test_what_was_rolled_away_unread_is_left_out() -> None:
    service = FakeJobService(make_job("mailer", kind=JobType.CONTINUOUS))
    ref = LogRef(MAILER)
    log = service.log(ref, b"0123456789")
    log.roll(6)
    async with followed(service, ref) as follower:
        await follower.has(b"6789")


async def test_a_log_that_was_replaced_is_followed_from_its_beginning(tmp_path: Path) -> None:
    service = FakeJobService(make_job("mailer", kind=JobType.CONTINUOUS))
    ref, path = LogRef(MAILER), tmp_path / "log"
    path.write_bytes(b"old")
    source = FileLogSource(LogFile(path))
    async with following(Follower(service, ref, source, await source.extent())) as follower:
        await follower.has(b"old")
        (tmp_path / "new").write_bytes(b"new, and longer")
        (tmp_path / "new").replace(path)
        service.tell(LogGrew(ref, LogExtent(0, 15)))
        await follower.has(b"oldnew, and longer")


async def test_a_log_that_begins_while_it_is_followed_comes_once(tmp_path: Path) -> None:
    service = FakeJobService(make_job("mailer", kind=JobType.CONTINUOUS))
    ref, path = LogRef(MAILER), tmp_path / "log"
    source = FileLogSource(LogFile(path))
    follower = Follower(service, ref, source, await source.extent())
    path.write_bytes(b"first\n")
    async with following(follower):
        await follower.has(b"first\n")
        path.write_bytes(b"first\nsecond\n")
        service.tell(LogGrew(ref, LogExtent(0, 13)))
        await follower.has(b"first\nsecond\n")


async def test_a_log_that_rolls_is_followed_without_a_gap(tmp_path: Path) -> None:
    service = FakeJobService(make_job("mailer", kind=JobType.CONTINUOUS))
    ref, path, older = LogRef(MAILER), tmp_path / "log", tmp_path / "log.1"
    path.write_bytes(b"0123456789" * 10)
    source = FileLogSource(LogFile(path, [older]))
    async with following(Follower(service, ref, source, await source.extent())) as follower:
        await follower.has(b"0123456789" * 10)
        with path.open("ab") as file:
            file.write(b"last of the old")
        path.replace(older)
        path.write_bytes(b"first of the new")
        service.tell(LogGrew(ref, LogExtent(0, 131)))
        await follower.has(b"0123456789" * 10 + b"last of the oldfirst of the new")


async def test_a_client_that_does_not_read_holds_one_piece_and_no_more() -> None:
    service, ref = a_run()
    log = service.log(ref, b"x" * 1_000_000)
    pieces = follow(News(service, ref), log, log.reach, 0, asyncio.Event())
    assert [len(await anext(pieces)) for _ in range(2)] == [0, 65536]
    await asyncio.sleep(0)
    assert log.reads == [(0, 65536)]
    await pieces.aclose()


@pytest.mark.parametrize(
    ("data", "lines", "tail"),
    [
        (b"a\nb\nc\n", 0, b""),
        (b"a\nb\nc\n", 1, b"c\n"),
        (b"a\nb\nc\n", 2, b"b\nc\n"),
        (b"a\nb\nc\n", 3, b"a\nb\nc\n"),
        (b"a\nb\nc\n", 9, b"a\nb\nc\n"),
        (b"a\nb\nc", 1, b"c"),
        (b"a\nb\nc", 2, b"b\nc"),
        (b"\n\n\n", 2, b"\n\n"),
        (b"\n", 1, b"\n"),
        (b"", 5, b""),
        (b"a" * 200_000 + b"\nb\n", 1, b"b\n"),
        (b"a\n" + b"b" * 200_000 + b"\n", 1, b"b" * 200_000 + b"\n"),
        (b"a\n" + b"b" * 65535 + b"\n", 1, b"b" * 65535 + b"\n"),
        (b"a\n" + b"b" * 65536 + b"\n", 1, b"b" * 65536 + b"\n"),
    ],
)
async def test_where_the_last_lines_begin(data: bytes, lines: int, tail: bytes) -> None:
    log = MemoryLog(b"rolled" + data)
    log.roll(6)
    start = await tail_start(log, log.reach, lines)
    assert await log.read(start, len(data) + 1) == tail


async def test_last_lines_are_those_that_splitting_gives() -> None:
    random = Random(7)
    for _ in range(60):
        data = b"".join(random.choice([b"\n", b"x" * random.randrange(40_000)]) for _ in range(12))
        lines = random.randrange(9)
        expected = b"".join(data.splitlines(keepends=True)[-lines:]) if lines else b""
        log = MemoryLog(data)
        assert (await log.read(await tail_start(log, log.reach, lines), len(data) + 1)) == expected


async def test_a_line_without_end_is_not_looked_for_for_ever() -> None:
    log = MemoryLog(b"x" * (MAX_BYTES + 100_000))
    assert await tail_start(log, log.reach, 1) == 100_000


async def test_offset_and_tail_together_are_refused(service: FakeJobService) -> None:
    service.log(LogRef(MAILER), b"a\nb\nc\n")
    transport = httpx2.ASGITransport(make_app(service))
    async with httpx2.AsyncClient(transport=transport, base_url="http://wjtui/api/wjtui") as client:
        answer = await client.get("/logs/continuous/mailer", params={"offset": 1, "tail": 1})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")
        answer = await client.get("/logs/continuous/mailer", params={"tail": 2})
        assert (answer.content, answer.headers["x-log-end"]) == (b"b\nc\n", "6")
        answer = await client.get("/logs/continuous/mailer", params={"tail": "-1"})
        assert answer.status_code == 400
        answer = await client.head("/logs/continuous/mailer", params={"follow": 1})
        assert answer.status_code == 200


async def test_a_server_that_stops_ends_who_follows_in_order(
    service: FakeJobService, serve: Serve, socket_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service.log(LogRef(MAILER), b"a\n")
    transport = httpx2.AsyncHTTPTransport(uds=str(socket_path), verify=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://wjtui/api/wjtui") as client:
        async with serve(service), asyncio.timeout(PATIENCE):
            answer = await client.send(
                client.build_request("GET", "/logs/continuous/mailer", params={"follow": 1}), stream=True
            )
            pieces = answer.aiter_raw()
            assert await anext(pieces) == b"a\n"
        assert [piece async for piece in pieces] == []
        await answer.aclose()
    await eventually(lambda: not service._subscribers)
    assert caplog.records == []


def build(site: SiteBuilder) -> None:
    site.triggered(
        "counting",
        {"run.sh": "echo 1\nuntil [ -e go ]; do sleep 0.02; done\necho 2\n"},
        {"is_in_place": True},
    )
    site.continuous("quiet", {"run.sh": "trap 'exit 0' TERM\nwhile :; do sleep 0.05; done\n"})


@pytest.fixture(scope="module")
def kudu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kudu]:
    with serve_kudu(tmp_path_factory.mktemp("follow"), build) as served:
        yield served


def test_a_run_is_followed_to_its_end_over_a_socket(kudu: Kudu) -> None:
    job = JobId(JobType.TRIGGERED, "counting")
    located = kudu.http.post(f"{T}/counting/run").headers["location"]
    run, got = located.rpartition("/")[2], b""
    log = f"/api/wjtui/logs/triggered/counting?run={run}"
    with kudu.http.stream("GET", f"{log}&follow=1", timeout=PATIENCE) as answer:
        assert answer.headers["x-log-start"] == "0"
        for piece in answer.iter_raw():
            got += piece
            if b"INFO] 1\n" in got:
                (kudu.site.folder(job) / "go").touch()
    assert b"INFO] 2\n" in got
    assert got.endswith(b"Status changed to Success\n")
    assert kudu.http.get(log).content == got


def test_the_head_of_a_quiet_log_comes_at_once_and_its_follower_is_let_go(kudu: Kudu) -> None:
    path = "/api/wjtui/logs/continuous/quiet?follow=1&tail=0&kind=output"
    with kudu.http.stream("GET", path, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        assert "wjtui_log_followers 1" in kudu.http.get("/api/wjtui/metrics").text.splitlines()
