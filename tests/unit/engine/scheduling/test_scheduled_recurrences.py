from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.schedule_desk import ScheduleDesk
from wjtui.model.identity import JobId, JobType
from wjtui.model.schedules import MissedReason, ScheduleState

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


def once(start: str = "now", **more: Any) -> dict[str, Any]:
    return {"recurrence": {"kind": "once", "start": start}, **more}


def state(desk: ScheduleDesk) -> ScheduleState:
    schedule = desk.job("job").schedule
    assert schedule is not None
    return schedule.state


async def test_once_now_runs_as_soon_as_it_is_seen_and_never_again(desk: ScheduleDesk) -> None:
    desk.put("job", **once())
    await desk.run()
    await desk.clock.advance(MINUTE)
    [run] = desk.runner("job").started
    assert (run.started, run.scheduled) == (NOON + SECOND, NOON + SECOND)
    assert run.trigger.startswith("Recurrence - Once, at 1 June 2027 12:00:01 UTC")
    assert (state(desk), desk.job("job").next_run) == (ScheduleState.DONE, None)
    assert not desk.scheduler.has_work
    for _ in range(2):
        await desk.restart(HOUR.total_seconds(), job=once())
        assert state(desk) is ScheduleState.DONE
    # Not even without its history, or by a clock that was set back.
    desk.store.newest.clear()
    await desk.end()
    desk.clock.step(-2 * DAY)
    await desk.restart(10, job=once())
    await desk.clock.advance(HOUR)
    assert len(desk.runner("job").started) == 1
    # A settings.job that is broken for a while is no other recurrence.
    desk.put("job")
    desk.put("job", **once())
    await desk.clock.advance(HOUR)
    assert len(desk.runner("job").started) == 1
    desk.put("job", **once("2027-06-03T00:00:00"))
    await desk.clock.until(datetime(2027, 6, 3, 0, 1, tzinfo=UTC))
    assert [run.scheduled for run in desk.runner("job").started[1:]] == [datetime(2027, 6, 3, tzinfo=UTC)]


async def test_once_is_made_up_for_whatever_its_age(desk: ScheduleDesk) -> None:
    settings = once("2027-06-01T13:00:00")
    desk.put("job", **settings)
    await desk.run()
    await desk.restart(9 * DAY.total_seconds(), job=settings)
    assert [run.scheduled for run in desk.runner("job").started] == [NOON + HOUR]
    assert state(desk) is ScheduleState.DONE
    assert desk.notices == ["catch-up"]


async def test_once_whose_time_passes_in_a_pause_does_not_come(desk: ScheduleDesk) -> None:
    desk.put("job", **once("2027-06-01T13:00:00", enabled=False))
    await desk.run()
    await desk.clock.advance(2 * HOUR)
    desk.put("job", **once("2027-06-01T13:00:00"))
    await desk.clock.advance(HOUR)
    assert desk.runner("job").started == []
    assert state(desk) is ScheduleState.ENDED
    [gap] = desk.scheduler.missed(JobId(JobType.TRIGGERED, "job"))
    assert (gap.reason, gap.count) == (MissedReason.PAUSED, 1)


async def test_once_that_is_refused_at_its_time_is_skipped(desk: ScheduleDesk) -> None:
    desk.put("job", **once())
    desk.runner("job").busy = True
    await desk.run()
    await desk.clock.advance(10)
    desk.runner("job").busy = False
    assert state(desk) is not ScheduleState.PENDING
    await desk.restart(10, job=once())
    assert desk.runner("job").started == []
    [gap] = desk.scheduler.missed(JobId(JobType.TRIGGERED, "job"))
    assert (gap.reason, gap.count) == (MissedReason.RUNNING, 1)


async def test_every_n_minutes_keeps_its_anchor_over_restarts(desk: ScheduleDesk) -> None:
    settings = {"recurrence": {"kind": "every", "unit": "minute", "n": 15}}
    desk.put("job", **settings)
    await desk.run()
    await desk.clock.advance(16 * MINUTE)
    await desk.restart(7 * 60 + 13, job=settings)
    await desk.clock.advance(8 * MINUTE)
    anchor = NOON + SECOND
    assert desk.runner("job").times == [anchor, anchor + 15 * MINUTE, anchor + 30 * MINUTE]
    schedule = desk.job("job").schedule
    assert schedule is not None
    assert schedule.anchor == NOON
    assert desk.log("job")[0] == (
        "INFO] Scheduling WebJob with Every 15 minutes, from 1 June 2027 12:00:01 UTC"
        " next schedule expected in 00:00:01 (2027-06-01T12:00:01+00:00)"
    )


async def test_anchor_of_another_instance_is_taken_over(desk: ScheduleDesk) -> None:
    raw = {"kind": "every", "unit": "minute", "n": 15}
    desk.put("other", recurrence=raw)
    desk.put("job")
    await desk.run()
    await desk.end()
    other, mine = (desk.site.job_data(JobId(JobType.TRIGGERED, name)) for name in ("other", "job"))
    mine.mkdir(parents=True)
    await desk.clock.advance(7)
    (other / "schedule_state.json").rename(mine / "schedule_state.json")
    schedule = desk.put("job", recurrence=raw).schedule
    assert schedule is not None
    assert schedule.anchor == NOON


async def test_recurrence_ends_by_its_count(desk: ScheduleDesk) -> None:
    raw = {"kind": "every", "unit": "hour", "start": "2027-06-01T13:00:00", "count": 3}
    desk.put("job", recurrence=raw)
    await desk.run()
    await desk.clock.advance(DAY)
    assert desk.runner("job").times == [NOON + n * HOUR for n in (1, 2, 3)]
    assert (state(desk), desk.job("job").next_run) == (ScheduleState.ENDED, None)
    assert not desk.scheduler.has_work
