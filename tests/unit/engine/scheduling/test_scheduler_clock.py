"""Clocks that are set while schedules wait (R13), and timers that wake too early."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.schedule_desk import ScheduleDesk, open_desk
from wjtui.model.identity import JobId, JobType
from wjtui.model.schedules import LaterStart, Missed, MissedReason

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
JOB = JobId(JobType.TRIGGERED, "job")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[ScheduleDesk]:
    """Noon, looked at as often as by an engine."""
    async with open_desk(tmp_path, NOON) as opened:
        yield opened


async def begun(desk: ScheduleDesk, schedule: str) -> list[datetime]:
    """The times of runs that will be started, from ten seconds after noon on."""
    desk.put("job", schedule=schedule)
    await desk.run()
    await desk.clock.advance(10)
    return [run.started for run in desk.runner("job").started]


@pytest.mark.parametrize("by", [timedelta(seconds=3.3), HOUR, 10 * DAY])
async def test_each_second_goes_on_after_a_step_forward(desk: ScheduleDesk, by: timedelta) -> None:
    before = await begun(desk, "* * * * * *")
    desk.clock.step(by)
    now = desk.clock.now()
    await desk.clock.advance(4)
    after = desk.runner("job").times[len(before) :]
    assert after[0] - now <= 2 * SECOND
    assert len(after) == len({time.replace(microsecond=0) for time in after})
    assert len(after) >= 3
    gaps = desk.scheduler.missed(JOB)
    assert len(gaps) == (by > HOUR / 2)
    if gaps:
        assert gaps[0].reason is MissedReason.DOWN
        assert gaps[0].first == NOON + 11 * SECOND
        assert gaps[0].latest + SECOND == after[0]


@pytest.mark.parametrize("by", [HOUR, 2 * HOUR, 10 * DAY])
async def test_each_second_goes_on_after_a_step_back(desk: ScheduleDesk, by: timedelta) -> None:
    before = await begun(desk, "* * * * * *")
    desk.clock.step(-by)
    now = desk.clock.now()
    await desk.clock.advance(4)
    after = desk.runner("job").times[len(before) :]
    assert after == [now + n * SECOND for n in (1, 2, 3, 4)]
    assert desk.scheduler.missed(JOB) == []
    assert desk.notices == ["clock"]


async def test_hour_that_was_stepped_over_is_caught_up_within_two_seconds(desk: ScheduleDesk) -> None:
    await begun(desk, "0 0 * * * *")
    desk.clock.step(HOUR)
    await desk.clock.advance(2)
    [run] = desk.runner("job").started
    assert run.scheduled == NOON + HOUR
    assert run.started - (NOON + HOUR) <= 12 * SECOND
    assert desk.notices == ["catch-up"] or run.started - run.scheduled <= 30 * SECOND
    await desk.clock.until(NOON + 2 * HOUR)
    assert len(desk.runner("job").started) == 2


async def test_hours_are_not_repeated_nor_lost_after_a_step_back(desk: ScheduleDesk) -> None:
    await begun(desk, "0 0 * * * *")
    await desk.clock.until(NOON + 3 * HOUR + 10 * MINUTE)
    desk.clock.step(-2 * HOUR)
    await desk.clock.advance(2)
    assert desk.job("job").next_run == NOON + 2 * HOUR
    await desk.clock.until(NOON + 4 * HOUR)
    assert [run.scheduled for run in desk.runner("job").started] == [
        NOON + hours * HOUR for hours in (1, 2, 3, 2, 3, 4)
    ]


async def test_little_step_back_repeats_nothing(desk: ScheduleDesk) -> None:
    before = await begun(desk, "*/10 * * * * *")
    assert before == [NOON + 10 * SECOND]
    desk.clock.step(-0.7 * SECOND)
    await desk.clock.until(NOON + 21 * SECOND)
    assert desk.runner("job").times[1:] == [NOON + 20 * SECOND]
    assert desk.notices == []


async def test_machine_that_slept_misses_what_is_old(desk: ScheduleDesk) -> None:
    await begun(desk, "0 */5 * * * *")
    # The monotonic clock stands still meanwhile.
    desk.clock.step(2 * HOUR + 4 * MINUTE)
    await desk.clock.advance(2)
    assert desk.runner("job").started == []
    gap = Missed(MissedReason.DOWN, 24, NOON + 5 * MINUTE, NOON + 2 * HOUR)
    assert desk.scheduler.missed(JOB) == [gap]
    await desk.clock.until(NOON + 2 * HOUR + 6 * MINUTE)
    assert desk.runner("job").times == [NOON + 2 * HOUR + 5 * MINUTE]


async def test_timer_that_wakes_early_starts_nothing_early(desk: ScheduleDesk) -> None:
    await begun(desk, "0 0 13 * * *")
    # The wall clock is slowed down a little after the timer was set.
    await desk.clock.until(NOON + HOUR - SECOND)
    desk.clock.step(-0.25 * SECOND)
    await desk.clock.advance(1)
    assert desk.runner("job").started == []
    await desk.clock.advance(0.3)
    [run] = desk.runner("job").started
    assert run.started >= NOON + HOUR


async def test_start_that_was_put_off_follows_the_clock(desk: ScheduleDesk) -> None:
    desk.put("job")
    await desk.run()
    await desk.scheduler.put_off(JOB, LaterStart(NOON + HOUR, "x"))
    desk.clock.step(HOUR)
    await desk.clock.advance(2)
    assert len(desk.runner("job").started) == 1
