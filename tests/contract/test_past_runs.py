"""The definition of JobService, continued: the history of all jobs, the trash, instances and workplaces."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.harness import Harness
from tests.support.patience import PATIENCE
from wjtui.model.errors import Conflict, JobNotFound, RunNotFound
from wjtui.model.events import Envelope, JobChanged, LogGrew, LogRef, RunChanged, RunRemoved
from wjtui.model.identity import JobId, JobType
from wjtui.model.instances import Instance
from wjtui.model.jobs import Busy, Idle, Job, Running
from wjtui.model.runs import Outcome, Run, RunId, RunRef, RunStatus

ECHO = JobId(JobType.TRIGGERED, "echo")
FAILS = JobId(JobType.TRIGGERED, "fails")
LONG = JobId(JobType.TRIGGERED, "long")
EMPTY = JobId(JobType.TRIGGERED, "empty")
LOOP = JobId(JobType.CONTINUOUS, "loop")
NOBODY = JobId(JobType.TRIGGERED, "nobody")
NEVER = RunId("201605192149381933")


def data(engine: Harness, job: JobId) -> Path:
    return engine.site.root / "data" / "jobs" / job.type.value / job.name


async def made(engine: Harness, job: JobId) -> Run:
    """A run, from its start to its end."""
    run = await engine.service.run(job)

    def over(found: Job) -> bool:
        latest = found.latest_run
        return latest is not None and latest.ref.run == run and latest.status.ended and found.phase == Idle()

    await engine.job(job, over)
    return await engine.service.get_run(RunRef(job, run))


async def going(engine: Harness, job: JobId) -> Run:
    """A run that has a process."""
    run = await engine.service.run(job)
    found = await engine.job(
        job,
        lambda found: (
            isinstance(found.phase, Busy)
            and found.latest_run is not None
            and found.latest_run.status is RunStatus.RUNNING
        ),
    )
    assert found.latest_run is not None and found.latest_run.ref.run == run
    return found.latest_run


def write_run(engine: Harness, job: JobId, run: str, status: str = "Success") -> RunRef:
    """A run that ended long ago."""
    folder = data(engine, job) / run
    folder.mkdir(parents=True)
    values = {"Trigger": "External - ", "Status": status, "StartTime": "2016-05-19T21:49:38.1933Z"}
    (folder / "status").write_text(json.dumps(values))
    return RunRef(job, RunId(run))


async def pages(engine: Harness, limit: int) -> list[RunRef]:
    """The whole history, page by page."""
    found: list[Run] = []
    while page := await engine.service.history(before=found[-1].ref if found else None, limit=limit):
        assert len(page) <= limit
        found += page
    return [run.ref for run in found]


async def test_history_of_a_root_without_runs_is_empty(engine: Harness) -> None:
    assert await engine.service.history() == []


async def test_history_has_the_runs_of_every_job_newest_first(engine: Harness) -> None:
    runs = [await made(engine, job) for job in (ECHO, FAILS, ECHO)]
    assert await engine.service.history() == runs[::-1]
    assert await engine.service.history(limit=2) == runs[:0:-1]
    assert await engine.service.history(before=runs[1].ref) == runs[:1]
    assert (await engine.service.history())[0].output_size


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_pages_neither_repeat_nor_leave_out_runs_of_one_id(engine: Harness, limit: int) -> None:
    refs = {
        write_run(engine, job, run)
        for run in ("201605192149381933", "201605192149381934", "20160519214938")
        for job in (ECHO, FAILS, LONG)
    }
    found = await pages(engine, limit)
    assert set(found) == refs
    assert found == sorted(refs, key=lambda ref: (ref.run, ref.job.key), reverse=True)
    assert found[:3] == [RunRef(job, RunId("201605192149381934")) for job in (LONG, FAILS, ECHO)]


async def test_history_passes_over_what_is_no_run(engine: Harness) -> None:
    good = write_run(engine, ECHO, "201605192149381933")
    write_run(engine, ECHO, "201605192149381934", status="Nonsense")
    (data(engine, ECHO) / "201605192149381935").mkdir()
    write_run(engine, NOBODY, "201605192149381936")
    assert [run.ref for run in await engine.service.history(limit=1)] == [good]
    shutil.rmtree(data(engine, ECHO))
    assert await engine.service.history() == []


async def test_history_goes_on_before_a_run_that_is_gone(engine: Harness) -> None:
    first, second = (
        write_run(engine, ECHO, "201605192149381933"),
        write_run(engine, FAILS, "201605192149381934"),
    )
    gone = RunRef(NOBODY, second.run)
    assert [run.ref for run in await engine.service.history(before=gone)] == [second, first]


async def test_delete_of_the_latest_run_and_back(engine: Harness) -> None:
    older, latest = await made(engine, ECHO), await made(engine, FAILS)
    newest = await made(engine, ECHO)
    await engine.service.delete_run(newest.ref)
    job = await engine.job(ECHO)
    assert (job.latest_run, job.recent) == (older, (Outcome.OK,))
    assert await engine.service.runs(ECHO) == [older]
    assert await engine.service.history() == [latest, older]
    with pytest.raises(RunNotFound):
        await engine.service.get_run(newest.ref)
    with pytest.raises(RunNotFound):
        await engine.service.delete_run(newest.ref)
    with pytest.raises(RunNotFound):
        await engine.service.open_log(LogRef(ECHO, newest.ref.run))
    (lies,) = (engine.site.root / "data" / "wjtui" / "trash" / "runs" / "echo").iterdir()
    assert {entry.name for entry in lies.iterdir()} >= {"status", "output_log.txt"}

    await engine.service.restore_run(newest.ref)
    job = await engine.job(ECHO)
    assert (job.latest_run, job.recent) == (newest, (Outcome.OK, Outcome.OK))
    assert await engine.service.runs(ECHO) == [newest, older]
    source = await engine.service.open_log(LogRef(ECHO, newest.ref.run))
    extent = await source.extent()
    assert extent.end - extent.start == newest.output_size
    with pytest.raises(RunNotFound):
        await engine.service.restore_run(newest.ref)


async def test_delete_from_the_middle_keeps_everything_else(engine: Harness) -> None:
    runs = [await made(engine, FAILS) for _ in range(3)]
    await engine.service.delete_run(runs[1].ref)
    assert await engine.service.runs(FAILS) == [runs[2], runs[0]]
    job = await engine.job(FAILS)
    assert (job.latest_run, job.recent) == (runs[2], (Outcome.FAILED,) * 2)


async def test_delete_and_restore_are_told(engine: Harness) -> None:
    run = await made(engine, ECHO)
    before = (await engine.service.snapshot()).seq
    await engine.service.delete_run(run.ref)
    await engine.service.restore_run(run.ref)
    until = (await engine.service.snapshot()).seq
    told: list[object] = []
    async for item in engine.service.events(before):
        assert isinstance(item, Envelope)
        told.append(item.event)
        if item.seq >= until:
            break
    # Of events about one thing a late subscriber may get the newest alone.
    assert RunChanged(run) in told
    assert [event.job.latest_run for event in told if isinstance(event, JobChanged)][-1] == run
    await engine.service.delete_run(run.ref)
    async for item in engine.service.events(until):
        assert isinstance(item, Envelope)
        if not isinstance(item.event, LogGrew):  # of the job that goes on beside it
            assert item.event == RunRemoved(run.ref)
            break


async def test_a_run_that_is_going_cannot_be_deleted(engine: Harness) -> None:
    run = await going(engine, LONG)
    with pytest.raises(Conflict, match=run.ref.run):
        await engine.service.delete_run(run.ref)
    assert (await engine.job(LONG)).latest_run == run
    await engine.service.cancel(run.ref, now=True)


async def test_a_run_whose_id_is_taken_again_cannot_be_restored(engine: Harness) -> None:
    run = await made(engine, ECHO)
    await engine.service.delete_run(run.ref)
    write_run(engine, ECHO, run.ref.run)
    with pytest.raises(Conflict):
        await engine.service.restore_run(run.ref)
    shutil.rmtree(data(engine, ECHO) / run.ref.run)
    await engine.service.restore_run(run.ref)
    assert await engine.service.get_run(run.ref) == run


@pytest.mark.parametrize("run", [NEVER, RunId(".."), RunId("x/y"), RunId("")])
async def test_runs_that_cannot_be_deleted_or_restored(engine: Harness, run: RunId) -> None:
    for job in (ECHO, LOOP):
        with pytest.raises(RunNotFound):
            await engine.service.delete_run(RunRef(job, run))
        with pytest.raises(RunNotFound):
            await engine.service.restore_run(RunRef(job, run))


@pytest.mark.parametrize("name", ["nobody", "no/body", "..", "x" * 300])
async def test_unknown_jobs(engine: Harness, name: str) -> None:
    job = JobId(JobType.TRIGGERED, name)
    for call in (
        engine.service.delete_run(RunRef(job, NEVER)),
        engine.service.restore_run(RunRef(job, NEVER)),
        engine.service.instances(job),
        engine.service.workplace(job),
    ):
        with pytest.raises(JobNotFound):
            await call


async def test_names_match_in_any_case(engine: Harness) -> None:
    run = await made(engine, ECHO)
    shouted = RunRef(JobId(JobType.TRIGGERED, "ECHO"), run.ref.run)
    await engine.service.delete_run(shouted)
    assert await engine.service.runs(ECHO) == []
    await engine.service.restore_run(shouted)
    assert await engine.service.runs(ECHO) == [run]


async def test_errors_of_a_run_are_counted(engine: Harness) -> None:
    assert (await made(engine, ECHO)).errors == 1  # what it wrote to standard error
    assert (await made(engine, FAILS)).errors == 1  # "Job failed due to exit code 3"


async def test_instances_of_a_continuous_job(engine: Harness) -> None:
    running = await engine.job(LOOP, lambda job: isinstance(job.phase, Running))
    (mine,) = await engine.service.instances(LOOP)
    assert isinstance(running.phase, Running)
    assert mine == Instance("contra", "Running", running.phase.since, mine=True, alive=True)


async def test_instances_of_a_triggered_job(engine: Harness) -> None:
    assert await engine.service.instances(LONG) == []
    run = await going(engine, LONG)
    (holder,) = await engine.service.instances(LONG)
    assert (holder.status, holder.since, holder.mine) == ("Running", run.started, True)
    assert holder.holds_lock and holder.alive
    await engine.service.cancel(run.ref, now=True)
    await engine.job(LONG, lambda job: job.phase == Idle())
    assert await engine.service.instances(LONG) == []


async def test_workplace_of_a_job_that_lives(engine: Harness) -> None:
    job = await engine.job(LOOP, lambda job: isinstance(job.phase, Running))
    assert isinstance(job.phase, Running)
    place = await engine.service.workplace(LOOP)
    assert place.pid == job.phase.pid
    assert place.folder == os.readlink(f"/proc/{place.pid}/cwd") != job.folder
    assert place.command == tuple(Path(f"/proc/{place.pid}/cmdline").read_text().split("\0")[:-1])
    lines = Path(f"/proc/{place.pid}/environ").read_bytes().decode().split("\0")[:-1]
    real = dict(line.split("=", 1) for line in lines)
    assert real.keys() - place.environment.keys() == {"WJTUI_ENGINE", "WJTUI_JOB", "WJTUI_LAUNCH"}
    assert place.environment == {name: real[name] for name in place.environment}
    assert place.environment["WEBJOBS_PORT"].isdecimal()


async def test_workplace_of_a_job_that_does_not_run(engine: Harness) -> None:
    job = await engine.job(ECHO)
    place = await engine.service.workplace(ECHO)
    assert (place.folder, place.pid) == (job.folder, None)
    assert place.environment["WEBJOBS_PATH"] == job.folder
    assert place.environment["WEBJOBS_NAME"] == "echo"
    done = await asyncio.to_thread(
        subprocess.run, place.command, cwd=place.folder, env=place.environment, capture_output=True,
        text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.stdout == "arguments: 2\n<from>\n<settings>\n"


async def test_workplace_of_a_job_that_cannot_run(engine: Harness) -> None:
    with pytest.raises(Conflict, match="empty"):
        await engine.service.workplace(EMPTY)


async def test_secrets_of_a_workplace_are_named(engine: Harness) -> None:
    settings = engine.site.folder(ECHO) / "settings.job"
    values = {"API_TOKEN": "hush-1", "CACHE": "redis://:hush-2@host/0", "COLOUR": "red", "PWD": "/"}
    settings.write_text(json.dumps({"env": values}))
    site = engine.site.root / "data" / "wjtui" / "site_settings.json"
    site.write_text(json.dumps({"GREETING": "hush-3", "SQLCONNSTR_MAIN": "hush-4"}))

    await engine.job(ECHO, lambda job: "API_TOKEN" in job.settings.env)
    async with asyncio.timeout(PATIENCE):
        while "GREETING" not in (place := await engine.service.workplace(ECHO)).environment:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert {"API_TOKEN", "CACHE", "GREETING", "SQLCONNSTR_MAIN"} <= {*place.secret}
    assert not {"COLOUR", "PWD", "PATH", "HOME", "WEBJOBS_NAME"} & {*place.secret}
    assert "hush" not in repr(place)
