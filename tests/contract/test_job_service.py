"""The definition of JobService: what every implementation of it does."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.harness import Harness
from tests.support.patience import PATIENCE
from wjtui.model.errors import (
    AlreadyRunning,
    Conflict,
    EngineStopping,
    EngineUnreachable,
    InvalidRequest,
    JobNotFound,
    NotAllowed,
    NotRunning,
    RunNotFound,
)
from wjtui.model.events import Envelope, JobChanged, LogKind, LogRef, RunChanged, Snapshot
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Busy, Idle, Job, Running, Stopped
from wjtui.model.runs import Run, RunId, RunRef, RunStatus
from wjtui.service import LogSource

ECHO = JobId(JobType.TRIGGERED, "echo")
FAILS = JobId(JobType.TRIGGERED, "fails")
LONG = JobId(JobType.TRIGGERED, "long")
EMPTY = JobId(JobType.TRIGGERED, "empty")
LOOP = JobId(JobType.CONTINUOUS, "loop")
NOBODY = JobId(JobType.TRIGGERED, "nobody")
NEVER = RunId("201605192149381933")


def runs(job: Job) -> bool:
    return isinstance(job.phase, Running)


def is_stopped(job: Job) -> bool:
    return isinstance(job.phase, Stopped)


async def ended(engine: Harness, job: JobId, run: RunId) -> Run:
    """One run, once it and its job are done with."""

    def done(found: Job) -> bool:
        latest = found.latest_run
        return latest is not None and latest.ref.run >= run and latest.status.ended and found.phase == Idle()

    await engine.job(job, done)
    return await engine.service.get_run(RunRef(job, run))


async def busy(engine: Harness, job: JobId, run: RunId) -> Job:
    """A job whose run has a process."""
    return await engine.job(
        job,
        lambda found: (
            isinstance(found.phase, Busy)
            and found.latest_run is not None
            and found.latest_run.ref.run == run
            and found.latest_run.status is RunStatus.RUNNING
        ),
    )


async def text_of(source: LogSource) -> str:
    extent = await source.extent()
    return (await source.read(extent.start, extent.end - extent.start)).decode()


async def test_snapshot_holds_every_job_with_its_phase(engine: Harness) -> None:
    await engine.job(LOOP, runs)
    snapshot = await engine.service.snapshot()
    assert {str(job.id) for job in snapshot.jobs} == {
        "triggered/echo",
        "triggered/fails",
        "triggered/long",
        "triggered/empty",
        "continuous/loop",
    }
    assert all(job.phase == Idle() for job in snapshot.jobs if not job.is_continuous)
    assert snapshot.engine.root == str(engine.site.root)


async def test_run_to_success(engine: Harness) -> None:
    run = await ended(engine, ECHO, await engine.service.run(ECHO, trigger="External - test"))
    assert run.status is RunStatus.SUCCESS
    assert run.exit is not None
    assert run.exit.number == 0
    assert run.trigger == "External - test"
    assert run.ended is not None
    assert run.ended >= run.started


async def test_run_to_failure_keeps_the_exit_code(engine: Harness) -> None:
    run = await ended(engine, FAILS, await engine.service.run(FAILS))
    assert run.status is RunStatus.FAILED
    assert run.exit is not None
    assert run.exit.number == 3


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ('one "two three" ü', ["<one>", "<two three>", "<ü>"]),
        (None, ["<from>", "<settings>"]),
        ("", []),
    ],
)
async def test_arguments_reach_the_process(engine: Harness, arguments: str | None, lines: list[str]) -> None:
    run = await ended(engine, ECHO, await engine.service.run(ECHO, arguments))
    text = await text_of(await engine.service.open_log(LogRef(ECHO, run.ref.run)))
    assert f"arguments: {len(lines)}\n" in text
    assert [line.rpartition("] ")[2] for line in text.splitlines() if "] <" in line] == lines


async def test_run_while_running_is_refused_and_leaves_nothing(engine: Harness) -> None:
    run = await engine.service.run(LONG)
    with pytest.raises(AlreadyRunning, match="already running"):
        await engine.service.run(LONG)
    assert [found.ref.run for found in await engine.service.runs(LONG)] == [run]


@pytest.mark.parametrize("now", [False, True])
async def test_stop_of_a_triggered_job_aborts_its_run(engine: Harness, now: bool) -> None:
    run = await engine.service.run(LONG)
    await busy(engine, LONG, run)
    await engine.service.stop(LONG, now=now)
    assert (await ended(engine, LONG, run)).status is RunStatus.ABORTED
    with pytest.raises(NotRunning):
        await engine.service.stop(LONG)


async def test_cancel_of_a_run(engine: Harness) -> None:
    run = await engine.service.run(LONG)
    await busy(engine, LONG, run)
    await engine.service.cancel(RunRef(LONG, run), now=True)
    assert (await ended(engine, LONG, run)).status is RunStatus.ABORTED
    with pytest.raises(NotRunning):
        await engine.service.cancel(RunRef(LONG, run))


async def test_stop_and_start_of_a_continuous_job(engine: Harness) -> None:
    first = await engine.job(LOOP, runs)
    await engine.service.stop(LOOP)
    assert (await engine.job(LOOP, is_stopped)).disabled
    assert (engine.site.folder(LOOP) / "disable.job").exists()
    await engine.service.start(LOOP)
    second = await engine.job(LOOP, runs)
    assert not second.disabled
    assert isinstance(first.phase, Running)
    assert isinstance(second.phase, Running)
    assert first.phase.pid != second.phase.pid


async def test_pressing_twice_changes_nothing(engine: Harness) -> None:
    first = await engine.job(LOOP, runs)
    await asyncio.gather(engine.service.start(LOOP), engine.service.start(LOOP))
    assert (await engine.job(LOOP, runs)).phase == first.phase
    await asyncio.gather(engine.service.stop(LOOP), engine.service.stop(LOOP))
    await engine.job(LOOP, is_stopped)
    await engine.service.stop(LOOP)
    assert is_stopped(await engine.job(LOOP))


async def test_restart_makes_a_new_process(engine: Harness) -> None:
    first = await engine.job(LOOP, runs)
    await engine.service.restart(LOOP)
    await engine.job(LOOP, lambda job: runs(job) and job.phase != first.phase)
    launches = await engine.service.launches(LOOP)
    assert len(launches) == 2
    assert launches[0].ended is None
    assert launches[1].reason


async def test_restart_of_a_stopped_job_is_refused(engine: Harness) -> None:
    await engine.service.stop(LOOP, now=True)
    with pytest.raises(Conflict):
        await engine.service.restart(LOOP)
    await engine.job(LOOP, is_stopped)


async def test_commands_that_do_not_fit_the_job(engine: Harness) -> None:
    with pytest.raises(NotAllowed):
        await engine.service.start(ECHO)
    with pytest.raises(NotAllowed):
        await engine.service.restart(ECHO)
    with pytest.raises(NotAllowed):
        await engine.service.run(LOOP)
    with pytest.raises(Conflict):
        await engine.service.run(EMPTY)
    with pytest.raises(InvalidRequest):
        await engine.service.run(ECHO, "x" * (32 * 1024 + 1))


@pytest.mark.parametrize("name", ["nobody", "no/body", "..", "a b%2Fc", "", "x" * 300, "line\nbreak"])
async def test_unknown_jobs(engine: Harness, name: str) -> None:
    service, job = engine.service, JobId(JobType.TRIGGERED, name)
    for call in (
        service.runs(job),
        service.launches(job),
        service.start(job),
        service.stop(job),
        service.restart(job),
        service.run(job),
        service.open_log(LogRef(job)),
    ):
        with pytest.raises(JobNotFound):
            await call


@pytest.mark.parametrize("run", [NEVER, RunId(".."), RunId("x/y"), RunId("")])
async def test_unknown_runs(engine: Harness, run: RunId) -> None:
    ref = RunRef(ECHO, run)
    for call in (
        engine.service.get_run(ref),
        engine.service.cancel(ref),
        engine.service.open_log(LogRef(ECHO, run)),
    ):
        with pytest.raises(RunNotFound):
            await call
    with pytest.raises(RunNotFound):
        await engine.service.open_log(LogRef(ECHO))


async def test_names_match_in_any_case(engine: Harness) -> None:
    run = await engine.service.run(JobId(JobType.TRIGGERED, "ECHO"))
    assert (await ended(engine, ECHO, run)).ref.job.name == "echo"


async def test_runs_come_in_pages_newest_first(engine: Harness) -> None:
    made: list[RunId] = []
    for _ in range(3):
        made.append((await ended(engine, FAILS, await engine.service.run(FAILS))).ref.run)
    newest = made[::-1]
    assert newest == sorted(made, reverse=True)
    assert [run.ref.run for run in await engine.service.runs(FAILS)] == newest
    assert [run.ref.run for run in await engine.service.runs(FAILS, limit=2)] == newest[:2]
    assert [run.ref.run for run in await engine.service.runs(FAILS, before=newest[1])] == newest[2:]
    assert await engine.service.runs(FAILS, before=newest[2]) == []
    assert await engine.service.runs(LOOP) == []
    assert await engine.service.launches(FAILS) == []


async def test_events_begin_with_a_snapshot_and_tell_each_change(engine: Harness) -> None:
    await engine.job(LOOP, runs)
    items = aiter(engine.service.events())
    async with asyncio.timeout(PATIENCE):
        first = await anext(items)
        assert isinstance(first, Snapshot)
        run = await engine.service.run(FAILS)
        last, statuses = first.seq, set[RunStatus]()
        while RunStatus.FAILED not in statuses:
            item = await anext(items)
            assert isinstance(item, Envelope)
            assert item.seq > last
            last = item.seq
            if isinstance(item.event, RunChanged) and item.event.run.ref == RunRef(FAILS, run):
                statuses.add(item.event.run.status)


async def test_events_go_on_after_a_number(engine: Harness) -> None:
    await engine.job(LOOP, runs)
    before = (await engine.service.snapshot()).seq
    await ended(engine, FAILS, await engine.service.run(FAILS))
    until = (await engine.service.snapshot()).seq
    items = aiter(engine.service.events(before))
    seen: list[Envelope] = []
    async with asyncio.timeout(PATIENCE):
        while not seen or seen[-1].seq < until:
            item = await anext(items)
            assert isinstance(item, Envelope)
            seen.append(item)
    assert all(item.seq > before for item in seen)
    changed = [item.event.job for item in seen if isinstance(item.event, JobChanged)]
    assert any(job.id == FAILS and job.latest_run is not None for job in changed)


async def test_number_from_the_future_gets_a_snapshot(engine: Harness) -> None:
    async with asyncio.timeout(PATIENCE):
        assert isinstance(await anext(aiter(engine.service.events(10**9))), Snapshot)


async def test_log_of_a_run(engine: Harness) -> None:
    run = await ended(engine, ECHO, await engine.service.run(ECHO, "x"))
    source = await engine.service.open_log(LogRef(ECHO, run.ref.run))
    text = await text_of(source)
    assert "INFO] <x>\n" in text
    assert "ERR ] to stderr\n" in text
    assert "SYS INFO] Status changed to Success\n" in text
    extent = await source.extent()
    assert extent.end - extent.start == len(text.encode())
    assert await source.read(extent.start + 1, 5) == text.encode()[1:6]
    assert await source.read(extent.end, 10) == b""


async def test_logs_of_a_continuous_job(engine: Harness) -> None:
    await engine.job(LOOP, runs)
    for kind in (LogKind.OUTPUT, LogKind.JOB):
        source = await engine.service.open_log(LogRef(LOOP, kind=kind))
        async with asyncio.timeout(PATIENCE):
            while "INFO] begun\n" not in await text_of(source):  # noqa: ASYNC110 (it is a file)
                await asyncio.sleep(0.01)


async def test_shut_down_refuses_commands_and_ends_event_streams(engine: Harness) -> None:
    await engine.job(LOOP, runs)
    run = await engine.service.run(LONG)
    await busy(engine, LONG, run)
    items = aiter(engine.service.events())
    async with asyncio.timeout(PATIENCE):
        await anext(items)
        await engine.service.shut_down()
        # Jobs have a second to end, so the engine is still there to refuse.
        with pytest.raises(EngineStopping):
            await engine.service.stop(LOOP)
        with pytest.raises(Conflict):
            await engine.service.run(ECHO)
        last = [item async for item in items]
    statuses = {
        item.event.run.status
        for item in last
        if isinstance(item, Envelope) and isinstance(item.event, RunChanged) and item.event.run.ref.run == run
    }
    assert RunStatus.ABORTED in statuses


async def test_stream_of_an_engine_that_has_ended_says_so(engine: Harness) -> None:
    await engine.service.shut_down()
    try:
        async with asyncio.timeout(PATIENCE):
            seen = [item async for item in engine.service.events()]
    except EngineUnreachable:
        return
    assert isinstance(seen[0], Snapshot)
