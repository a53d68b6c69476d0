"""The definition of JobService for schedules: starts put off, pauses, and instants without a run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.harness import Harness, Kind, open_service
from tests.support.patience import PATIENCE
from tests.support.site_builder import SiteBuilder
from wjtui.logs.line import parse
from wjtui.model.errors import Conflict, EngineStopping, InvalidRequest, JobNotFound, NotAllowed, NotRunning
from wjtui.model.events import Envelope, LogRef, MissedChanged
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job
from wjtui.model.runs import RunStatus
from wjtui.model.schedules import LaterStart, MissedReason, ScheduleState

ECHO = JobId(JobType.TRIGGERED, "echo")
EMPTY = JobId(JobType.TRIGGERED, "empty")
NIGHTLY = JobId(JobType.TRIGGERED, "nightly")
TICK = JobId(JobType.TRIGGERED, "tick")
STUCK = JobId(JobType.TRIGGERED, "stuck")
LOOP = JobId(JobType.CONTINUOUS, "loop")
HOUR = timedelta(hours=1)
DECADE = timedelta(days=3653)
EVERY_SECOND = "* * * * * *"
WAIT = "while :; do sleep 0.1; done\n"


def _jobs(site: SiteBuilder) -> None:
    site.triggered("echo", {"run.sh": 'echo "<$*>"\n'}, {"arguments": "from settings"})
    site.triggered("empty", {"readme.txt": "no script here\n"})
    site.triggered("nightly", {"run.sh": "true\n"}, {"schedule": "0 0 2 * * *", "our_own_key": [1]})
    site.continuous("loop", {"run.sh": WAIT}, {"stopping_wait_time": 1})


def _busy_jobs(site: SiteBuilder) -> None:
    site.triggered("tick", {"run.sh": "true\n"}, {"schedule": EVERY_SECOND})
    site.triggered("stuck", {"run.sh": WAIT}, {"schedule": EVERY_SECOND, "stopping_wait_time": 1})


@pytest.fixture
async def engine(kind: Kind, tmp_path: Path) -> AsyncIterator[Harness]:
    """A service over an engine whose schedules wait for the night."""
    async with open_service(kind, tmp_path, _jobs) as harness:
        yield harness


@pytest.fixture
async def busy(kind: Kind, tmp_path: Path) -> AsyncIterator[Harness]:
    """A service over an engine whose schedules are due every second."""
    async with open_service(kind, tmp_path, _busy_jobs) as harness:
        yield harness


async def now(engine: Harness) -> datetime:
    return (await engine.service.snapshot()).at


async def found(engine: Harness, job: JobId) -> Job:
    """A job as it is in the state at this moment."""
    return next(one for one in (await engine.service.snapshot()).jobs if one.id == job)


def settings(engine: Harness, job: JobId) -> dict[str, object]:
    """What is in the file."""
    text = (engine.site.folder(job) / "settings.job").read_text("utf-8")
    read: dict[str, object] = json.loads(text)
    return read


@pytest.mark.parametrize(("arguments", "printed"), [("by hand", "<by hand>"), (None, "<from settings>")])
async def test_put_off_start_is_made_at_its_time_and_once(
    engine: Harness, arguments: str | None, printed: str
) -> None:
    at = await now(engine) + timedelta(seconds=1)
    await engine.service.run_later(ECHO, at, arguments, trigger="CLI - test")
    assert (await found(engine, ECHO)).later == LaterStart(at, "CLI - test", arguments)
    job = await engine.job(ECHO, lambda job: job.latest_run is not None and job.latest_run.status.ended)
    assert job.latest_run is not None
    assert job.latest_run.started >= at
    assert job.latest_run.status is RunStatus.SUCCESS
    assert job.latest_run.trigger == "CLI - test"
    assert job.later is None
    source = await engine.service.open_log(LogRef(ECHO, job.latest_run.ref.run))
    extent = await source.extent()
    lines = (await source.read(extent.start, extent.end - extent.start)).splitlines()
    assert printed in [parse(line).text for line in lines]
    with pytest.raises(NotRunning):
        await engine.service.cancel_later(ECHO)


async def test_put_off_start_is_replaced_and_taken_back(engine: Harness) -> None:
    at = await now(engine) + HOUR
    await engine.service.run_later(ECHO, at)
    await engine.service.run_later(ECHO, at + HOUR, "x")
    later = (await found(engine, ECHO)).later
    assert later is not None
    assert (later.at, later.arguments) == (at + HOUR, "x")
    await engine.service.cancel_later(ECHO)
    assert (await found(engine, ECHO)).later is None
    with pytest.raises(NotRunning):
        await engine.service.cancel_later(ECHO)


async def test_put_off_start_and_schedule_do_not_touch_each_other(engine: Harness) -> None:
    due = (await engine.job(NIGHTLY, lambda job: job.next_run is not None)).next_run
    await engine.service.run_later(NIGHTLY, await now(engine) + HOUR)
    await engine.service.pause(NIGHTLY)
    assert (await found(engine, NIGHTLY)).later is not None
    await engine.service.resume(NIGHTLY)
    await engine.service.cancel_later(NIGHTLY)
    assert (await found(engine, NIGHTLY)).next_run == due


async def test_starts_that_cannot_be_put_off(engine: Harness) -> None:
    service, at = engine.service, await now(engine) + HOUR
    for wrong in (
        at - 2 * HOUR,
        at + DECADE,
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
    ):
        with pytest.raises(InvalidRequest):
            await service.run_later(ECHO, wrong)
    with pytest.raises(InvalidRequest):
        await service.run_later(ECHO, at, "x" * (32 * 1024 + 1))
    with pytest.raises(NotAllowed):
        await service.run_later(LOOP, at)
    with pytest.raises(Conflict):
        await service.run_later(EMPTY, at)
    assert [job.id for job in (await service.snapshot()).jobs if job.later is not None] == []


async def test_schedule_is_in_the_state(engine: Harness) -> None:
    job = await engine.job(NIGHTLY, lambda job: job.next_run is not None)
    assert job.schedule is not None and job.next_run is not None
    assert job.schedule.state is ScheduleState.PENDING
    assert (job.schedule.text, job.schedule.expanded) == ("0 0 2 * * *", "0 0 2 * * *")
    assert job.schedule.words == "At 02:00, every day"
    assert job.schedule.zone == "UTC"
    assert job.next_run > await now(engine)
    assert (job.next_run.hour, job.next_run.minute, job.next_run.second) == (2, 0, 0)
    assert (await found(engine, ECHO)).schedule is None


async def test_pause_and_resume_are_in_state_and_file_when_they_return(engine: Harness) -> None:
    due = (await engine.job(NIGHTLY, lambda job: job.next_run is not None)).next_run
    for _ in range(2):
        await engine.service.pause(NIGHTLY)
        job = await found(engine, NIGHTLY)
        assert job.schedule is not None
        assert job.schedule.state is ScheduleState.PAUSED
        assert job.next_run is None
        assert not job.settings.enabled
    assert settings(engine, NIGHTLY) == {"schedule": "0 0 2 * * *", "our_own_key": [1], "enabled": False}
    for _ in range(2):
        await engine.service.resume(NIGHTLY)
        job = await found(engine, NIGHTLY)
        assert job.schedule is not None
        assert job.schedule.state is ScheduleState.PENDING
        assert job.next_run == due
        assert job.settings.enabled
    assert settings(engine, NIGHTLY)["our_own_key"] == [1]


async def test_pauses_that_do_not_fit_the_job(engine: Harness) -> None:
    for call in (engine.service.pause, engine.service.resume):
        with pytest.raises(NotAllowed):
            await call(LOOP)
        with pytest.raises(Conflict):
            await call(ECHO)
    assert "enabled" not in settings(engine, ECHO)
    assert "enabled" not in settings(engine, LOOP)


async def test_scheduled_run_says_for_which_instant(busy: Harness) -> None:
    job = await busy.job(TICK, lambda job: job.latest_run is not None and job.latest_run.status.ended)
    assert job.latest_run is not None
    assert job.latest_run.trigger == f"Schedule - {EVERY_SECOND}"
    assert job.latest_run.scheduled is not None
    assert job.latest_run.scheduled.microsecond == 0
    assert job.latest_run.started >= job.latest_run.scheduled
    assert (await busy.service.get_run(job.latest_run.ref)).scheduled == job.latest_run.scheduled


async def test_instants_without_a_run_are_told_and_kept(busy: Harness) -> None:
    assert await busy.service.missed(TICK) == []
    told: list[int] = []
    async with asyncio.timeout(PATIENCE), aclosing(busy.service.events()) as items:  # type: ignore[type-var]
        async for item in items:
            if isinstance(item, Envelope) and isinstance(item.event, MissedChanged):
                assert item.event.id == STUCK
                assert item.event.missed.reason is MissedReason.RUNNING
                told.append(item.event.missed.count)
                if told[-1] >= 2:
                    break
    assert told == sorted(told)
    [gap] = await busy.service.missed(STUCK)
    assert gap.reason is MissedReason.RUNNING
    assert gap.count >= told[-1]
    assert gap.latest - gap.first == timedelta(seconds=gap.count - 1)


async def test_paused_schedule_brings_no_run(busy: Harness) -> None:
    await busy.job(TICK, lambda job: job.latest_run is not None)
    await busy.service.pause(TICK)
    job = await busy.job(TICK, lambda job: job.latest_run is not None and job.latest_run.status.ended)
    # The engine is seen to be at work for the next two seconds by the other job's instants.
    count = await _missed_count(busy)
    async with asyncio.timeout(PATIENCE):
        while await _missed_count(busy) < count + 2:  # noqa: ASYNC110 (it is asked for, not told)
            await asyncio.sleep(0.05)
    assert (await found(busy, TICK)).latest_run == job.latest_run


async def _missed_count(engine: Harness) -> int:
    return sum(gap.count for gap in await engine.service.missed(STUCK))


@pytest.mark.parametrize("name", ["nobody", "no/body", "..", "a b%2Fc", "", "x" * 300, "line\nbreak"])
async def test_schedules_of_unknown_jobs(engine: Harness, name: str) -> None:
    service, job = engine.service, JobId(JobType.TRIGGERED, name)
    for call in (
        service.run_later(job, await now(engine) + HOUR),
        service.cancel_later(job),
        service.pause(job),
        service.resume(job),
        service.missed(job),
    ):
        with pytest.raises(JobNotFound):
            await call


async def test_names_of_scheduled_jobs_match_in_any_case(engine: Harness) -> None:
    shouted = JobId(JobType.TRIGGERED, "NIGHTLY")
    await engine.service.run_later(shouted, await now(engine) + HOUR)
    await engine.service.pause(shouted)
    job = await found(engine, NIGHTLY)
    assert job.later is not None
    assert not job.settings.enabled
    assert await engine.service.missed(shouted) == []


async def test_engine_that_stops_takes_no_put_off_starts(engine: Harness) -> None:
    at = await now(engine) + HOUR
    await engine.job(LOOP, lambda job: job.live)
    await engine.service.shut_down()
    for call in (engine.service.run_later(NIGHTLY, at), engine.service.pause(NIGHTLY)):
        # Like ``run``, which is refused as a Conflict then.
        with pytest.raises((EngineStopping, Conflict)):
            await call
