from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.schedule_desk import ScheduleDesk
from wjtui.model.errors import Conflict, NotRunning
from wjtui.model.identity import JobId, JobType
from wjtui.model.schedules import LaterStart

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
JOB = JobId(JobType.TRIGGERED, "job")
LATER = LaterStart(NOON + HOUR, "UI - somebody", "-x 1")


def works(desk: ScheduleDesk) -> bool:
    return desk.scheduler.has_work


async def begun(desk: ScheduleDesk, **settings: object) -> None:
    desk.put("job", **settings)
    await desk.run()


async def test_start_is_made_at_its_time_and_forgotten(desk: ScheduleDesk) -> None:
    await begun(desk)
    assert not works(desk)
    await desk.scheduler.put_off(JOB, LATER)
    assert desk.job("job").later == LATER
    assert works(desk)
    await desk.clock.advance(2 * HOUR)
    [run] = desk.runner("job").started
    assert (run.started, run.trigger, run.scheduled) == (LATER.at, "UI - somebody", None)
    assert desk.runner("job").arguments == ["-x 1"]
    assert desk.job("job").later is None
    assert desk.log("job")[-2:] == [
        "INFO] WebJob invoked",
        "INFO] This start was put off to 2027-06-01T13:00:00+00:00",
    ]
    await desk.restart(60, job={})
    await desk.clock.advance(HOUR)
    assert len(desk.runner("job").started) == 1
    assert not (desk.site.job_data(JOB) / "schedule_state.json").exists()


async def test_start_outlives_the_engine(desk: ScheduleDesk) -> None:
    await begun(desk)
    await desk.scheduler.put_off(JOB, LATER)
    written = json.loads((desk.site.job_data(JOB) / "schedule_state.json").read_text())
    assert written["later"]["trigger"] == "UI - somebody"
    await desk.restart(60, job={})
    assert desk.job("job").later == LATER
    await desk.clock.until(NOON + HOUR)
    assert desk.runner("job").times == [LATER.at]


async def test_start_whose_time_passed_meanwhile_is_made_at_once(desk: ScheduleDesk) -> None:
    await begun(desk)
    await desk.scheduler.put_off(JOB, LATER)
    await desk.restart(timedelta(days=30).total_seconds(), job={})
    assert desk.runner("job").times == [NOON + timedelta(days=30)]
    assert desk.notices == ["catch-up"]


async def test_start_waits_for_the_run_that_is_going(desk: ScheduleDesk) -> None:
    await begun(desk)
    await desk.scheduler.put_off(JOB, LATER)
    desk.runner("job").busy = True
    await desk.clock.until(NOON + HOUR + 20 * MINUTE)
    assert desk.job("job").later == LATER
    assert desk.notices == ["later"]
    assert [line for line in desk.log("job") if "WARN" in line] == [
        "WARN] The start put off to 2027-06-01T13:00:00+00:00 waits until it can be made:"
        " its previous run is still active"
    ]
    desk.runner("job").busy = False
    desk.scheduler.run_ended(JOB.key)
    await desk.clock.settle()
    assert desk.runner("job").times == [NOON + HOUR + 20 * MINUTE]
    assert desk.job("job").later is None


async def test_start_waits_until_jobs_may_run_again(desk: ScheduleDesk) -> None:
    await begun(desk)
    await desk.scheduler.put_off(JOB, LATER)
    desk.runner("job").refusal = Conflict("no room")
    await desk.clock.until(NOON + 2 * HOUR)
    desk.runner("job").refusal = None
    await desk.clock.advance(5)
    assert len(desk.runner("job").started) == 1


async def test_start_is_replaced_and_taken_back(desk: ScheduleDesk) -> None:
    await begun(desk)
    with pytest.raises(NotRunning):
        await desk.scheduler.take_back(JOB)
    await desk.scheduler.put_off(JOB, LATER)
    await desk.scheduler.put_off(JOB, LaterStart(NOON + 3 * HOUR, "UI - other"))
    await desk.clock.advance(2 * HOUR)
    assert desk.runner("job").started == []
    await desk.scheduler.take_back(JOB)
    assert desk.job("job").later is None
    await desk.restart(2 * 3600, job={})
    assert desk.runner("job").started == []


async def test_start_taken_back_while_the_lock_is_taken_is_not_made(desk: ScheduleDesk) -> None:
    await begun(desk)
    await desk.scheduler.put_off(JOB, LATER)
    [job] = desk.scheduler._jobs.values()
    desk.runner("job").before = lambda: job.remember(later=None)  # as at the end of ``take_back``
    await desk.clock.advance(2 * HOUR)
    assert desk.runner("job").started == []


async def test_start_that_another_instance_has_made_is_not_made_twice(desk: ScheduleDesk) -> None:
    await begun(desk)
    await desk.scheduler.put_off(JOB, LATER)
    (desk.site.job_data(JOB) / "schedule_state.json").unlink()
    await desk.clock.advance(2 * HOUR)
    assert desk.runner("job").started == []
    assert desk.job("job").later is None


async def test_schedule_comes_first_where_both_are_due(desk: ScheduleDesk) -> None:
    await begun(desk, schedule="0 0 * * * *")
    await desk.scheduler.put_off(JOB, LATER)
    await desk.clock.until(NOON + HOUR + MINUTE)
    assert [run.trigger for run in desk.runner("job").started] == ["Schedule - 0 0 * * * *", "UI - somebody"]
    assert desk.job("job").next_run == NOON + 2 * HOUR


async def test_job_that_is_gone_forgets_its_start(desk: ScheduleDesk) -> None:
    await begun(desk)
    await desk.scheduler.put_off(JOB, LATER)
    desk.scheduler.forget(JOB.key)
    await desk.restart(60, job={})
    assert desk.job("job").later is None
    await desk.clock.advance(2 * HOUR)
    assert desk.runner("job").started == []


async def test_start_that_a_crash_kept_from_being_noted_is_not_made_twice(desk: ScheduleDesk) -> None:
    await begun(desk)
    await desk.scheduler.put_off(JOB, LATER)
    await desk.end()
    desk.store.add(JOB, LATER.at, LATER.trigger)
    await desk.restart(2 * 3600, job={})
    assert desk.job("job").later is None
    assert desk.runner("job").started == []


async def test_start_that_cannot_be_written_down_is_refused(desk: ScheduleDesk) -> None:
    folder = desk.site.job_data(JOB)
    folder.parent.mkdir(parents=True)
    folder.write_bytes(b"")
    await begun(desk)
    with pytest.raises(Conflict, match="could not be written down"):
        await desk.scheduler.put_off(JOB, LATER)
    assert desk.job("job").later is None
