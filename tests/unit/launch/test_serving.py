"""Serving: what is there when, from the lock to the removal of the socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder
from wjtui.client.probe import find_engine
from wjtui.client.service import HttpJobService
from wjtui.engine.engine import Engine
from wjtui.launch.place import Place, find_place
from wjtui.launch.serving import Serving
from wjtui.model.errors import EngineBusy, RootUnusable
from wjtui.model.jobs import Initializing, Job
from wjtui.support.locks import FileLock, is_locked


@pytest.fixture
def place(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Place:
    # Short, because a socket's path is.
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("t")))
    return find_place(str(tmp_path / "root"), "one", environment={})


@pytest.fixture
async def serving(place: Place) -> AsyncIterator[Serving]:
    made = Serving(place, {"PATH": "/usr/bin:/bin"}, attended=False)
    yield made
    await made.engine.stop(now=True)
    await made.closed()


async def test_who_finds_the_engine_file_finds_every_job_and_none_started(
    place: Place, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = SiteBuilder(place.root)
    for number in range(3):
        site.continuous(f"worker-{number}", {"run.sh": "exec sleep 600\n"}, {"stopping_wait_time": 0})
    start = Engine.start
    found: list[Job] = []

    async def look_first(engine: Engine) -> None:
        engine_file = find_engine(place.site.engine_lock, place.site.engine_file)
        assert engine_file is not None
        client = HttpJobService(engine_file.socket)
        async with asyncio.timeout(PATIENCE):
            found.extend((await client.snapshot()).jobs)
        await client.aclose()
        await start(engine)

    monkeypatch.setattr(Engine, "start", look_first)
    await serving.start()
    assert [job.id.name for job in found] == ["worker-0", "worker-1", "worker-2"]
    assert {type(job.phase) for job in found} == {Initializing}


async def test_the_lock_is_the_last_to_go(
    place: Place, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    await serving.start()
    assert place.socket.exists() and place.site.engine_file.exists()
    release, seen = FileLock.release, []

    def look_first(lock: FileLock) -> None:
        if lock.path == place.site.engine_lock:
            seen.append((place.socket.exists(), place.site.engine_file.exists(), is_locked(lock.path)))
        release(lock)

    monkeypatch.setattr(FileLock, "release", look_first)
    serving.stop_in_order()
    await serving.closed()
    assert seen == [(False, False, True)]
    assert not is_locked(place.site.engine_lock)


async def test_an_engine_asked_to_end_before_its_jobs_began_starts_none(
    place: Place, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    SiteBuilder(place.root).continuous("worker", {"run.sh": "touch $HOME/ran\n"})
    start = Engine.start

    async def end_first(engine: Engine) -> None:
        await engine.stop()
        await start(engine)

    monkeypatch.setattr(Engine, "start", end_first)
    await serving.start()
    await serving.closed()
    assert not is_locked(place.site.engine_lock)
    assert not (place.root / "data/jobs/continuous/worker/launches.jsonl").exists()


async def test_a_socket_that_cannot_be_opened_leaves_nothing_behind(place: Place) -> None:
    place.socket.parent.mkdir()
    place.socket.parent.chmod(0o755)
    serving = Serving(place, {}, attended=False)
    with pytest.raises(RootUnusable, match="not yours alone"):
        await serving.start()
    assert not is_locked(place.site.engine_lock)
    assert not place.site.engine_file.exists()


async def test_a_second_engine_leaves_the_first_ones_socket(place: Place, serving: Serving) -> None:
    await serving.start()
    with pytest.raises(EngineBusy):
        await Serving(place, {}, attended=False).start()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(place.socket))
    assert find_engine(place.site.engine_lock, place.site.engine_file) is not None
