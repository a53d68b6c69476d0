from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.support.fake_service import FakeJobService
from tests.support.patience import eventually
from wjtui.api.server import ApiServer
from wjtui.api.unix_socket import open_unix_socket
from wjtui.client.service import HttpJobService
from wjtui.model.errors import RootUnusable
from wjtui.model.identity import JobId, JobType
from wjtui.service import JobService

Serve = Callable[[JobService], AbstractAsyncContextManager[ApiServer]]


def test_socket_and_folder_are_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "run" / "engine.sock"
    mask = os.umask(0)
    try:
        with open_unix_socket(path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert os.umask(0) == 0
    finally:
        os.umask(mask)


def test_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run").chmod(0o755)
    with pytest.raises(RootUnusable, match="not yours alone"):
        open_unix_socket(tmp_path / "run" / "engine.sock")


def test_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "run").symlink_to("real")
    with pytest.raises(RootUnusable, match="not yours alone"):
        open_unix_socket(tmp_path / "run" / "engine.sock")


def test_long_path_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(RootUnusable, match="107"):
        open_unix_socket(tmp_path / "run" / ("x" * 120))
    assert not (tmp_path / "run").exists()


def test_socket_that_is_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run" / "engine.sock"
    with open_unix_socket(path), pytest.raises(RootUnusable, match="cannot be opened"):
        open_unix_socket(path)


def test_socket_of_a_killed_engine_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "run" / "engine.sock"
    open_unix_socket(path).close()
    with open_unix_socket(path, replace=True), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_folder_in_place_of_the_socket_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run" / "engine.sock"
    path.parent.mkdir(mode=0o700)
    path.mkdir()
    with pytest.raises(RootUnusable, match="cannot be opened"):
        open_unix_socket(path, replace=True)


async def test_signals_stay_with_the_host(service: FakeJobService, serve: Serve) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    async with serve(service):
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


async def test_request_that_goes_on_keeps_the_engine_from_being_idle(
    service: FakeJobService, serve: Serve, socket_path: Path
) -> None:
    client = HttpJobService(socket_path)
    async with serve(service) as server:
        started = time.monotonic()
        assert server.idle_since <= started
        service.hold = asyncio.Event()
        task = asyncio.create_task(client.start(JobId(JobType.CONTINUOUS, "mailer")))
        await eventually(lambda: service.commands)
        now = time.monotonic()
        assert server.idle_since >= now
        assert server.clients == 0
        service.hold.set()
        await task
        ended = server.idle_since
        assert ended == server.idle_since
        assert ended >= now
    await client.aclose()


async def test_stop_waits_neither_for_idle_connections_nor_twice(
    service: FakeJobService, serve: Serve, socket_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(service) as server:
        with socket.socket(socket.AF_UNIX) as silent:
            silent.connect(str(socket_path))
            async with asyncio.timeout(20):
                await server.stop()
                await server.stop()
    assert caplog.records == []


async def test_request_that_outlasts_the_stop_is_given_up_without_a_traceback(
    service: FakeJobService, serve: Serve, socket_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = HttpJobService(socket_path)
    async with serve(service):
        service.hold = asyncio.Event()
        task = asyncio.create_task(client.start(JobId(JobType.CONTINUOUS, "mailer")))
        await eventually(lambda: service.commands)
    results = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(results[0], Exception)
    assert [record for record in caplog.records if record.exc_info] == []
    await client.aclose()
