"""Schedules of a real engine with real processes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.engine.rig import Rig, job_when, run_to_end, until
from tests.support.patience import eventually
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.model.errors import Conflict
from wjtui.model.events import Snapshot
from wjtui.model.identity import JobId
from wjtui.model.jobs import Idle, Job
from wjtui.model.runs import RunRef
from wjtui.model.schedules import MissedReason, ScheduleState
from wjtui.support.clock import SystemClock

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
EVERY_SECOND = "* * * * * *"
WAIT = 'while [ ! -e "$WEBJOBS_SHUTDOWN_FILE" ]; do sleep 0.02; done\n'


class SetClock(SystemClock):
    """The machine's clock, as somebody has set it."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.fixture
async def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def settable(rig: Rig, clock: SetClock) -> AsyncIterator[Engine]:
    """An engine, not started, whose clock can be set."""
    options = EngineOptions(rig.root, "one", rig.environment, native_watch=False)
    engine = Engine(options, clock)
    yield engine
    await engine.stop(now=True)


def tick(rig: Rig, **settings: Any) -> JobId:
    """A job that is due every second, or as ``settings`` say."""
    return rig.site.triggered("tick", {"run.sh": "true\n"}, {"schedule": EVERY_SECOND, **settings})


def log_of(rig: Rig, job: JobId) -> list[str]:
    """The lines of its ``job_scheduler.log``, from the level on."""
    text = (rig.data(job) / "job_scheduler.log").read_text("utf-8")
    return [line.partition(": SYS ")[2] for line in text.splitlines()]


async def ran(engine: Engine, job: JobId) -> list[datetime]:
    """The instants that its runs were started for, oldest first."""
    found = [run.scheduled for run in await engine.service.runs(job, limit=1000)]
    return [at for at in reversed(found) if at is not None]


async def covered(engine: Engine, job: JobId) -> list[datetime]:
    """The instants that brought a run or are known as missed, in order."""
    gaps = [gap.first + n * SECOND for gap in await engine.service.missed(job) for n in range(gap.count)]
    return sorted(await ran(engine, job) + gaps)


def works(engine: Engine) -> bool:
    return engine.has_work


def settled(job: Job) -> bool:
    return job.phase == Idle()


async def test_each_second_brings_one_run(rig: Rig) -> None:
    job = tick(rig)
    engine = await rig.start()
    await eventually(lambda: len(engine._rooms.store.ids(job)) >= 5)
    await engine.service.pause(job)
    await job_when(engine, job, settled)
    instants = await covered(engine, job)
    assert instants == [instants[0] + n * SECOND for n in range(len(instants))]
    for run in await engine.service.runs(job):
        assert run.scheduled is not None
        assert run.started >= run.scheduled
        assert run.trigger == f"Schedule - {EVERY_SECOND}"
        status = json.loads((rig.data(job) / run.ref.run / "status").read_bytes())
        assert datetime.fromisoformat(status["ScheduledTime"]) == run.scheduled
    lines = log_of(rig, job)
    assert lines[0].startswith(
        f"INFO] Scheduling WebJob with {EVERY_SECOND} next schedule expected in 00:00:0"
    )
    assert lines.count("INFO] WebJob invoked") == len(await ran(engine, job))
    assert lines[-1] == "INFO] Removing current schedule from WebJob"


async def test_status_without_or_with_a_strange_scheduled_time_is_read(rig: Rig) -> None:
    job = rig.site.triggered("job", {"run.sh": "true\n"})
    engine = await rig.start()
    run = await run_to_end(engine, job, await engine.service.run(job))
    path = rig.data(job) / run.ref.run / "status"
    values = json.loads(path.read_bytes())
    assert "ScheduledTime" not in values
    every: list[Any] = [5, "soon", None, {}, "9999-99-99T00:00:00Z"]
    for strange in every:
        path.write_text(json.dumps({**values, "ScheduledTime": strange}))
        assert await engine.service.get_run(run.ref) == run


async def test_run_that_is_going_is_not_started_again(rig: Rig) -> None:
    job = rig.site.triggered("long", {"run.sh": WAIT}, {"schedule": EVERY_SECOND})
    engine = await rig.start()

    async def count() -> int:
        return sum(gap.count for gap in await engine.service.missed(job))

    await job_when(engine, job, lambda found: found.live)
    while await count() < 2:
        await engine._rooms.clock.sleep(0.05)
    assert len(await engine.service.runs(job)) == 1
    [gap] = await engine.service.missed(job)
    assert gap.reason is MissedReason.RUNNING
    assert "WARN] Skipped: previous run still active" in log_of(rig, job)
    notices = [notice for notice in (await engine.service.snapshot()).notices if notice.code == "missed"]
    assert len(notices) == 1
    await engine.service.pause(job)
    await engine.service.stop(job)
    await job_when(engine, job, settled)
    instants = await covered(engine, job)
    assert instants == [instants[0] + n * SECOND for n in range(len(instants))]


async def test_restart_of_the_engine_neither_doubles_nor_loses(rig: Rig) -> None:
    job = tick(rig)
    first = await rig.start()
    await eventually(lambda: len(first._rooms.store.ids(job)) >= 2)
    await first.stop()
    second = await rig.start()
    await eventually(lambda: len(second._rooms.store.ids(job)) >= 5)
    await second.service.pause(job)
    await job_when(second, job, settled)
    instants = await ran(second, job)
    assert len(instants) == len(set(instants))
    # What passed in between has one run that stands for all of it.
    assert [gap for gap in await second.service.missed(job) if gap.reason is MissedReason.DOWN] == []


async def test_pause_and_resume_keep_the_file_as_it_is(rig: Rig) -> None:
    job = tick(rig)
    path = rig.site.folder(job) / "settings.job"
    path.write_text(f'{{\n  // each second\n  "schedule": "{EVERY_SECOND}", // really\n}}\n')
    engine = await rig.start()
    await eventually(lambda: len(engine._rooms.store.ids(job)) >= 1)
    await engine.service.pause(job)
    runs = await engine.service.runs(job)
    found = await job_when(engine, job, settled)
    assert found.schedule is not None
    assert (found.schedule.state, found.next_run) == (ScheduleState.PAUSED, None)
    assert not works(engine)
    written = f'{{\n  // each second\n  "schedule": "{EVERY_SECOND}", // really\n  "enabled": false\n}}\n'
    assert path.read_text() == written
    resumed = engine._rooms.clock.now()
    await engine.service.resume(job)
    assert path.read_text() == written.replace("false", "true")
    await eventually(lambda: len(engine._rooms.store.ids(job)) > len(runs))
    assert min(at for at in await ran(engine, job) if at not in {run.scheduled for run in runs}) > resumed


async def test_pause_of_a_file_that_cannot_be_changed_is_refused(rig: Rig) -> None:
    job = tick(rig)
    engine = await rig.start()
    path = rig.site.folder(job) / "settings.job"
    path.write_text('{"schedule": oops')
    with pytest.raises(Conflict, match="left as it is"):
        await engine.service.pause(job)
    assert path.read_text() == '{"schedule": oops'


async def test_start_put_off_outlives_the_engine(rig: Rig) -> None:
    job = rig.site.triggered("job", {"run.sh": 'echo "<$*>"\n'})
    engine = await rig.start()
    at = engine._rooms.clock.now() + 2 * SECOND
    await engine.service.run_later(job, at, "later", trigger="UI - test")
    assert works(engine)
    await engine.stop()
    engine = await rig.start()
    found = await job_when(engine, job, lambda found: found.latest_run is not None)
    assert found.latest_run is not None
    run = await run_to_end(engine, job, found.latest_run.ref.run)
    assert (run.trigger, run.scheduled) == ("UI - test", None)
    assert run.started >= at
    assert "<later>" in rig.output(run.ref)
    await eventually(lambda: not (rig.data(job) / "schedule_state.json").exists())
    assert not works(engine)


async def test_start_put_off_follows_the_run_that_is_going(rig: Rig) -> None:
    job = rig.site.triggered("long", {"run.sh": WAIT})
    engine = await rig.start()
    going = await engine.service.run(job)
    await engine.service.run_later(job, engine._rooms.clock.now() + 0.3 * SECOND, trigger="UI - test")

    def waits(snapshot: Snapshot) -> bool:
        return any(notice.code == "later" for notice in snapshot.notices)

    await until(engine, waits)
    assert [run.ref.run for run in await engine.service.runs(job)] == [going]
    await engine.service.cancel(RunRef(job, going))

    def next_one(found: Job) -> bool:
        return found.latest_run is not None and found.latest_run.ref.run > going

    found = await job_when(engine, job, next_one)
    assert found.later is None
    await engine.service.stop(job, now=True)
    await job_when(engine, job, settled)


async def test_clock_set_forward_and_back(rig: Rig, settable: Engine, clock: SetClock) -> None:
    job = tick(rig)
    await settable.start()
    await eventually(lambda: len(settable._rooms.store.ids(job)) >= 2)
    clock.ahead = HOUR

    async def runs_after(at: datetime) -> list[datetime]:
        return [one for one in await ran(settable, job) if one >= at]

    ahead = clock.now()
    while len(await runs_after(ahead)) < 2:
        await clock.sleep(0.02)
    [gap] = [gap for gap in await settable.service.missed(job) if gap.reason is MissedReason.DOWN]
    assert 3500 < gap.count <= 3602
    clock.ahead = -HOUR
    back = clock.now()

    def newest() -> datetime:
        store = settable._rooms.store
        run = store.latest(job)
        assert run is not None
        return run.started

    await eventually(lambda: back <= newest() < back + HOUR)
    await settable.service.pause(job)
    await job_when(settable, job, settled)
    instants = await ran(settable, job)
    assert len(instants) == len(set(instants))
    assert "clock" in [notice.code for notice in (await settable.service.snapshot()).notices]


async def test_settings_of_the_site_are_acted_upon(rig: Rig) -> None:
    rig.environment["WEBSITE_TIME_ZONE"] = "Europe/Berlin"
    job = tick(rig, schedule="0 0 2 * * *")
    engine = await rig.start()
    found = await job_when(engine, job)
    assert found.schedule is not None
    assert found.schedule.zone == (await engine.service.snapshot()).engine.zone == "Europe/Berlin"
    rig.site_settings(WEBJOBS_DISABLE_SCHEDULE="1", WEBSITE_TIME_ZONE="Nowhere")
    state = await until(engine, lambda snapshot: snapshot.engine.schedules_off)
    assert state.engine.zone == "UTC"
    assert any("'Nowhere'" in note for note in state.engine.notes)

    def off(found: Job) -> bool:
        return found.schedule is not None and found.schedule.state is ScheduleState.OFF

    found = await job_when(engine, job, off)
    assert found.next_run is None
    assert "schedule-zone" in [problem.code for problem in found.problems]


async def test_two_instances_start_each_instant_once(rig: Rig) -> None:
    job = tick(rig)
    engines = [await rig.start("one"), await rig.start("two")]
    await eventually(lambda: len(engines[0]._rooms.store.ids(job)) >= 4)
    for engine in engines:
        await engine.service.pause(job)
        await job_when(engine, job, settled)
    instants = await ran(engines[0], job)
    assert len(instants) == len(set(instants))
    # Whoever comes second sees that it was done, and has skipped nothing.
    for engine in engines:
        assert await engine.service.missed(job) == []


async def test_job_whose_folder_goes_has_no_schedule_left(rig: Rig, tmp_path: Path) -> None:
    job = tick(rig, schedule="0 0 0 1 1 *")
    engine = await rig.start()
    await job_when(engine, job, lambda found: found.next_run is not None)
    assert works(engine)
    rig.site.folder(job).rename(tmp_path / "away")
    await engine._supervisor.read_all()
    await until(engine, lambda snapshot: not snapshot.jobs)
    assert not works(engine)
    (tmp_path / "away").rename(rig.site.folder(job))
    await engine._supervisor.read_all()
    found = await job_when(engine, job, lambda found: found.next_run is not None)
    assert await engine.service.missed(found.id) == []
