from __future__ import annotations

import asyncio
import json
import os
import shutil
import threading
from typing import Any

import pytest

import wjtui.engine.engine
import wjtui.engine.running.continuous
import wjtui.engine.running.supervisor
from tests.engine.process.family import lives
from tests.engine.rig import Rig, job_when, until
from tests.support.patience import PATIENCE, eventually
from wjtui.engine.catalog.discover import Definition, define
from wjtui.model.errors import Conflict, JobNotFound
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Job, Running, Stopped, Stopping

LOOP = "while :; do sleep 0.05; done\n"
QUICK = {"stopping_wait_time": 0}


def runs(job: Job) -> bool:
    return isinstance(job.phase, Running)


def pid_of(job: Job) -> int:
    assert isinstance(job.phase, Running)
    return job.phase.pid


async def test_changes_of_files_are_found(rig: Rig) -> None:
    edited, touched, gone = (rig.site.continuous(name, {"run.sh": LOOP}, QUICK) for name in ("e", "t", "g"))
    folder = rig.site.folder
    engine = await rig.start(native=True)
    pids = {job.name: pid_of(await job_when(engine, job, runs)) for job in (edited, touched, gone)}
    (folder(edited) / "run.sh").write_text("echo edited; " + LOOP)
    os.utime(folder(touched) / "run.sh", (1, 1))
    shutil.rmtree(folder(gone))
    new = rig.site.continuous("new", {"run.sh": LOOP}, QUICK)
    await until(engine, lambda state: gone not in [job.id for job in state.jobs])
    await job_when(engine, new, runs)
    await job_when(engine, edited, lambda job: runs(job) and pid_of(job) != pids["e"])
    await eventually(lambda: ": INFO] edited\n" in rig.app_log(edited))
    log = rig.job_log(edited)
    assert "SYS INFO] Detected WebJob file/s were updated, refreshing WebJob" in log
    assert "SYS INFO] Changed: run.sh\n" in log
    assert not lives(pids["g"])
    assert (rig.data(gone) / "job_log.txt").exists(), "the data of a job outlives it"
    assert (await engine.service.launches(edited))[1].reason == "redeploy"
    await engine._supervisor.read_all()
    assert pid_of(await job_when(engine, touched)) == pids["t"]
    assert "Detected" not in rig.job_log(touched)
    with pytest.raises(JobNotFound):
        await engine.service.stop(gone)


async def test_a_folder_that_comes_back_waits_for_its_old_process(rig: Rig) -> None:
    job = rig.site.continuous("back", {"run.sh": LOOP}, {"stopping_wait_time": 1})
    engine = await rig.start()
    old = pid_of(await job_when(engine, job, runs))
    folder = rig.site.folder(job)
    folder.rename(rig.root / "aside")
    await engine._supervisor.read_all()
    (rig.root / "aside").rename(folder)
    await engine._supervisor.read_all()
    assert lives(old)
    new = await job_when(engine, job, lambda now: runs(now) and pid_of(now) != old)
    assert not lives(old)
    log = rig.job_log(job)
    assert log.index("changed to Stopped") < log.rindex("changed to Starting")
    assert [launch.pid for launch in await engine.service.launches(job)] == [pid_of(new), old]


async def test_a_command_during_a_reading_is_not_undone(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    job = rig.site.continuous("worker", {"run.sh": LOOP}, QUICK)
    engine = await rig.start()
    await job_when(engine, job, runs)
    read, go_on = threading.Event(), threading.Event()

    def define_slowly(*arguments: Any) -> Definition:
        found = define(*arguments)
        read.set()
        go_on.wait(PATIENCE)
        return found

    monkeypatch.setattr(wjtui.engine.running.supervisor, "define", define_slowly)
    reading = asyncio.create_task(engine._supervisor.read_all())
    await eventually(read.is_set)
    stopping = asyncio.create_task(engine.service.stop(job))
    await asyncio.wait([stopping], timeout=0.1)
    go_on.set()
    await asyncio.gather(reading, stopping)
    assert (await job_when(engine, job)).disabled
    await job_when(engine, job, lambda now: isinstance(now.phase, Stopped))


async def test_disable_job_made_by_hand_counts(rig: Rig) -> None:
    job = rig.site.continuous("worker", {"run.sh": LOOP}, QUICK)
    (rig.site.folder(job) / "disable.job").touch()
    engine = await rig.start()
    shown = await job_when(engine, job, lambda now: isinstance(now.phase, Stopped))
    assert shown.disabled
    (rig.site.folder(job) / "disable.job").unlink()
    await engine._supervisor.read_all()
    await job_when(engine, job, runs)


async def test_broken_settings_are_told_and_the_job_runs(rig: Rig) -> None:
    job = rig.site.continuous("worker", {"run.sh": LOOP, "settings.job": "{ no"})
    engine = await rig.start()
    shown = await job_when(engine, job, runs)
    assert "settings.job is not valid" in (shown.error or "")
    assert shown.settings.raw == {}


async def test_stopped_by_a_site_setting(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wjtui.engine.engine.SETTINGS_EVERY_SECONDS <= 5
    monkeypatch.setattr(wjtui.engine.engine, "SETTINGS_EVERY_SECONDS", 0.05)
    worker = rig.site.continuous("worker", {"run.sh": LOOP}, QUICK)
    nightly = rig.site.triggered("nightly", {"run.sh": LOOP}, QUICK)
    engine = await rig.start()
    await job_when(engine, worker, runs)
    run = await engine.service.run(nightly)
    rig.site_settings(WEBJOBS_STOPPED="1")
    await job_when(engine, worker, lambda now: isinstance(now.phase, Stopped))
    aborted = await job_when(engine, nightly, lambda now: not isinstance(now.phase, Busy))
    assert aborted.latest_run is not None
    assert aborted.latest_run.ref.run == run
    assert "WEBJOBS_STOPPED" in aborted.latest_run.reason
    assert (await engine.service.snapshot()).engine.stopped_by_setting
    for refused in (
        engine.service.run(nightly),
        engine.service.start(worker),
        engine.service.restart(worker),
    ):
        with pytest.raises(Conflict, match="stopped by configuration"):
            await refused
    rig.site_settings()
    await job_when(engine, worker, runs)
    assert json.loads((rig.data(worker) / "status_one").read_bytes()) == {"Status": "Running"}


async def test_a_job_without_script_is_listed_and_stopped(rig: Rig) -> None:
    job = rig.site.continuous("empty", {"readme.txt": "x"})
    engine = await rig.start()
    shown = await job_when(engine, job, lambda now: isinstance(now.phase, Stopped))
    assert (shown.error or "").startswith("No runnable script")
    with pytest.raises(Conflict, match="cannot run"):
        await engine.service.start(job)
    with pytest.raises(JobNotFound):
        await engine.service.start(JobId(JobType.CONTINUOUS, "nobody"))


async def test_a_hurry_reaches_jobs_that_are_being_removed(rig: Rig) -> None:
    settings = {"stopping_wait_time": 600}
    worker = rig.site.continuous("worker", {"run.sh": LOOP}, settings)
    nightly = rig.site.triggered("nightly", {"run.sh": LOOP}, settings)
    engine = await rig.start()
    pid = pid_of(await job_when(engine, worker, runs))
    await engine.service.run(nightly)
    await job_when(engine, nightly, lambda job: job.latest_run is not None and job.latest_run.pid is not None)
    for job in (worker, nightly):
        rig.site.folder(job).rename(rig.root / job.name)
    await engine._supervisor.read_all()
    await job_when(engine, worker, lambda job: isinstance(job.phase, Stopping))
    assert lives(pid)
    engine.hurry()
    await until(engine, lambda state: not state.jobs)
    assert not lives(pid)


async def test_a_job_that_runs_on_says_so(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wjtui.engine.running.continuous.FIRST_WORD_SECONDS == 3600
    monkeypatch.setattr(wjtui.engine.running.continuous, "FIRST_WORD_SECONDS", 0.0)
    monkeypatch.setattr(wjtui.engine.running.supervisor, "REMIND_EVERY_SECONDS", 0.01)
    job = rig.site.continuous("worker", {"run.sh": LOOP}, QUICK)
    engine = await rig.start()
    await job_when(engine, job, runs)
    await eventually(lambda: "SYS INFO] WebJob is still running\n" in rig.app_log(job))
    await engine.service.stop(job)
    await job_when(engine, job, lambda now: isinstance(now.phase, Stopped))
    assert rig.app_log(job).count("still running") == 1, "the next word is due after 12 hours"
