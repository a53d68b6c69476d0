from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec
import pytest

from tests.support.fake_service import FakeJobService, make_engine
from wjtui.api.server import ApiServer
from wjtui.client.logs import RemoteLog
from wjtui.client.service import HttpJobService
from wjtui.logs.reader import FileLogSource, LogFile
from wjtui.model.events import LogExtent, LogKind, LogRef
from wjtui.model.identity import JobId, JobType
from wjtui.service import JobService

Serve = Callable[[JobService], AbstractAsyncContextManager[ApiServer]]
REF = LogRef(JobId(JobType.CONTINUOUS, "mailer"), kind=LogKind.JOB)
HEAD = b"x" * 63 + b"\n"


async def test_ranges_over_http(service: FakeJobService, serve: Serve, socket_path: Path) -> None:
    data = bytes(range(256)) * 20_000
    service.log(REF, data)
    client = HttpJobService(socket_path)
    async with serve(service):
        source = await client.open_log(REF)
        assert isinstance(source, RemoteLog)
        assert await source.extent() == LogExtent(0, len(data), "1")
        assert await source.read(1000, len(data)) == data[1000:]
        assert await source.read(3, 4) == data[3:7]
        assert await source.read(len(data), 10) == b""
        service.grow(REF, b"more")
        assert await source.read(len(data), 10) == b"more"
    await client.aclose()


async def test_file_of_this_machine_is_read_itself(
    service: FakeJobService, serve: Serve, socket_path: Path, tmp_path: Path
) -> None:
    path, older = tmp_path / "job lög%.txt", tmp_path / "job_prev.txt"
    older.write_bytes(HEAD)
    path.write_bytes(b"new\n")
    service.logs[REF] = FileLogSource(LogFile(path, [older]))
    client = HttpJobService(socket_path)
    async with serve(service):
        source = await client.open_log(REF)
        assert isinstance(source, FileLogSource)
        assert source.file.path == path
        assert source.file.older == (older,)
        assert await source.extent() == await service.logs[REF].extent()
    await client.aclose()
    assert await source.read(60, 100) == HEAD[60:] + b"new\n"


@pytest.mark.parametrize("case", ["not shared", "not there", "another file"])
async def test_file_that_is_not_here_is_read_over_http(
    service: FakeJobService,
    serve: Serve,
    socket_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
) -> None:
    path = tmp_path / "job_log.txt"
    path.write_bytes(HEAD)
    file = LogFile(path)
    service.logs[REF] = FileLogSource(file)
    other = tmp_path / "other.txt"
    other.write_bytes(b"y" * 100)
    if case == "not shared":
        service.info = msgspec.structs.replace(make_engine(), shares_files=False)
    else:
        # What the engine calls by this path is something else here, as across containers.
        monkeypatch.setattr(file, "path", other if case == "another file" else tmp_path / "absent" / "log")
    client = HttpJobService(socket_path)
    async with serve(service):
        source = await client.open_log(REF)
        assert isinstance(source, RemoteLog)
        assert await source.read(0, 100) == HEAD
    await client.aclose()


async def test_log_that_is_not_written_yet_is_followed_in_its_file(
    service: FakeJobService, serve: Serve, socket_path: Path, tmp_path: Path
) -> None:
    path = tmp_path / "job_log.txt"
    service.logs[REF] = FileLogSource(LogFile(path))
    client = HttpJobService(socket_path)
    async with serve(service):
        source = await client.open_log(REF)
        assert isinstance(source, FileLogSource)
        path.write_bytes(HEAD)
        assert (await source.extent()).end == len(HEAD)
    await client.aclose()
