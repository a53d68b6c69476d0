from __future__ import annotations

import asyncio
import os
import subprocess
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.engine.process.family import lives
from tests.engine.rig import Rig, job_when, run_to_end
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.engine.history.store import RunStore
from wjtui.engine.process.environment import ENGINE, JOB
from wjtui.model.errors import EngineBusy, EngineStopping, RootUnusable
from wjtui.model.jobs import Job, Running
from wjtui.model.runs import Launch, RunRef, RunStatus
from wjtui.support.clock import SystemClock
from wjtui.support.locks import FileLock

LOOP = "while :; do sleep 0.05; done\n"


def runs(job: Job) -> bool:
    return isinstance(job.phase, Running)


def survivor_of(mark: str) -> subprocess.Popen[bytes]:
    """A process that an earlier engine left running."""
    environment = {ENGINE: mark, JOB: "continuous/worker", "PATH": os.defpath}
    return subprocess.Popen(["sleep", "1000"], env=environment, start_new_session=True)


async def test_one_engine_a_root_and_instance(rig: Rig) -> None:
    engine = await rig.start()
    with pytest.raises(EngineBusy, match=rf"Another engine \(pid {os.getpid()}\).*--instance NAME"):
        await rig.make().start()
    await engine.stop()
    await rig.start()


@pytest.mark.parametrize("root", ["file", "file/below"])
async def test_a_root_that_cannot_be_used(rig: Rig, tmp_path: Path, root: str) -> None:
    (tmp_path / "file").write_text("")
    engine = Engine(EngineOptions(tmp_path / root, "one", rig.environment))
    with pytest.raises(RootUnusable, match=r"cannot be used .*--root DIR"):
        await engine.start()


async def test_a_lock_that_cannot_be_opened_is_named(rig: Rig) -> None:
    engine = rig.make()
    engine.site.engine_lock.mkdir(parents=True)
    with pytest.raises(RootUnusable, match=r"engine\.lock' cannot be used \(Is a directory\)"):
        await engine.start()


async def test_who_looks_at_the_lock_does_not_keep_an_engine_from_starting(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = rig.make()
    other = FileLock(engine.site.engine_lock)
    engine.site.own.mkdir(parents=True)
    assert other.claim()
    sleep = SystemClock.sleep

    async def look_away(clock: SystemClock, seconds: float) -> None:
        other.release()
        await sleep(clock, seconds)

    monkeypatch.setattr(SystemClock, "sleep", look_away)
    await engine.start()
    await engine.stop(now=True)


async def test_a_failed_start_gives_its_lock_back(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("wjtui.engine.engine.close_open_runs", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await rig.make().start()
    await rig.start()


async def test_an_engine_that_ends_takes_no_commands_and_ends_its_events(rig: Rig) -> None:
    job = rig.site.continuous("worker", {"run.sh": LOOP}, {"stopping_wait_time": 0})
    engine = await rig.start()
    await job_when(engine, job, runs)
    async with asyncio.timeout(20), aclosing(engine.service.events()) as items:  # type: ignore[type-var]
        await anext(items)
        await engine.service.shut_down()
        for command in (engine.service.stop(job), engine.service.start(job), engine.service.restart(job)):
            with pytest.raises(EngineStopping):
                await command
        async for _ in items:
            pass
    await engine.closed()
    await engine.stop()
    assert (rig.data(job) / "status_one").read_bytes() == b'{"Status":"Stopped"}'
    assert "WebJob is stopping due to website shutting down" in rig.job_log(job)
    assert not engine.has_work


async def test_stop_now_skips_the_grace_period(rig: Rig) -> None:
    job = rig.site.continuous("worker", {"run.sh": LOOP}, {"stopping_wait_time": 1000})
    engine = await rig.start()
    await job_when(engine, job, runs)
    async with asyncio.timeout(20):
        await engine.stop(now=True)


async def test_what_a_crash_left_is_mended(rig: Rig) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    worker = rig.site.continuous("worker", {"run.sh": LOOP}, {"stopping_wait_time": 0})
    site = rig.make().site
    store = RunStore(site)
    at = datetime(2020, 1, 1, tzinfo=UTC)
    left = [store.create(job, at, "x", "") for _ in range(5)]
    (site.run_folder(left[1].ref) / "status").write_text(
        '{"Status":"Running","StartTime":"2020-01-01T00:00:00Z"}'
    )
    (site.run_folder(left[2].ref) / "status").write_bytes(b"")
    (site.run_folder(left[3].ref) / "status").write_bytes(b'{"Status":')
    (site.run_folder(left[4].ref) / "status").write_bytes(b'{"a":' + b"[" * 100_000)
    data = rig.data(worker)
    data.mkdir(parents=True)
    (data / "launches.jsonl").write_bytes(b"\xff garbage")
    (data / "status_one").write_bytes(b"")
    (site.shared / "site_settings.json").parent.mkdir(parents=True)
    (site.shared / "site_settings.json").write_bytes(b"{")
    with survivor_of(site.mark) as survivor:
        engine = await rig.start()
        assert survivor.wait(20) == -9
    assert [(run.ref, run.status) for run in await engine.service.runs(job)] == [
        (run.ref, RunStatus.ABORTED) for run in reversed(left)
    ]
    texts = [notice.text for notice in (await engine.service.snapshot()).notices]
    assert any("1 processes of an earlier engine" in text for text in texts)
    assert sum("was aborted" in text for text in texts) == 2
    ended = await run_to_end(engine, job, await engine.service.run(job))
    assert ended.status is RunStatus.SUCCESS
    going = await job_when(engine, worker, runs)
    launches = await engine.service.launches(worker)
    assert [type(launch) for launch in launches] == [Launch]
    assert isinstance(going.phase, Running)
    assert launches[0].pid == going.phase.pid


async def test_a_restart_continues_history(rig: Rig) -> None:
    job = rig.site.triggered("nightly", {"run.sh": "true\n"})
    worker = rig.site.continuous("worker", {"run.sh": LOOP}, {"stopping_wait_time": 0})
    first = await rig.start()
    run = await first.service.run(job)
    await run_to_end(first, job, run)
    going = await job_when(first, worker, runs)
    assert isinstance(going.phase, Running)
    await first.stop()
    assert not lives(going.phase.pid)
    second = await rig.start()
    await job_when(second, worker, runs)
    assert [launch.reason for launch in await second.service.launches(worker)] == ["", "shutdown"]
    shown = await job_when(second, job)
    assert shown.latest_run is not None
    assert shown.latest_run.ref == RunRef(job, run)


async def test_mistyped_settings_are_noted(rig: Rig) -> None:
    rig.environment["WEBJOBS_IDLE_TIMOUT"] = "5"
    engine = await rig.start()
    notes = (await engine.service.snapshot()).engine.notes
    assert notes == ("WEBJOBS_IDLE_TIMOUT is no WebJobs setting: check its spelling.",)
