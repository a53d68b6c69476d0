"""A year of schedules in zones whose clocks change, through the Scheduler itself.

Fixed times of day run the whole year in every zone, each hour in one; each minute runs for six hours around
each change, where it can go wrong: a year of minutes, 525,600 starts, takes minutes of work (make slow).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.schedule_desk import open_desk

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
A_DECADE = 3650 * DAY.total_seconds()
YEAR = datetime(2027, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
CHANGES = {
    "Europe/Berlin": (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2027, 3, 14, 7, tzinfo=UTC), datetime(2027, 11, 7, 6, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2027, 4, 3, 15, tzinfo=UTC), datetime(2027, 10, 2, 15, 30, tzinfo=UTC)),
}
"""In the southern hemisphere the first one goes back, and by half an hour only."""
FIXED = {"before": "0 30 1 * * *", "inside": "0 30 2 * * *", "ten": "0 10 2 * * *", "noon": "0 0 12 * * *"}


@pytest.mark.parametrize("zone", CHANGES)
def test_changes_are_where_the_tests_look(zone: str) -> None:
    for change in CHANGES[zone]:
        before, after = ((change + by).astimezone(ZoneInfo(zone)).utcoffset() for by in (-SECOND, SECOND))
        assert before != after


async def test_fixed_times_come_once_a_day_for_a_year(tmp_path: Path) -> None:
    async with open_desk(tmp_path, YEAR, look_every=A_DECADE) as desk:
        for zone in ZONES:
            for name, expression in FIXED.items():
                desk.put(f"{zone.partition('/')[0]}-{name}", schedule=expression, time_zone=zone)
        await desk.run()
        await desk.clock.advance(365 * DAY - SECOND)
        odd: dict[str, list[str]] = {}
        for zone in ZONES:
            for name, expression in FIXED.items():
                runs = desk.runner(f"{zone.partition('/')[0]}-{name}").started
                assert all(run.started == run.scheduled for run in runs)
                walls = [run.started.astimezone(ZoneInfo(zone)) for run in runs]
                assert len(runs) == 365
                assert len({wall.date() for wall in walls}) == 365
                wanted = tuple(map(int, expression.split()[2:0:-1]))
                # Otherwise than its expression says, or at the second coming of a time that comes twice.
                odd[f"{zone} {name}"] = [
                    f"{wall:%m-%d %H:%M}{' again' if wall.fold else ''}"
                    for wall in walls
                    if (wall.hour, wall.minute) != wanted or wall.fold
                ]
        assert {job: times for job, times in odd.items() if times} == {
            "Europe/Berlin inside": ["03-28 03:30", "10-31 02:30 again"],
            "Europe/Berlin ten": ["03-28 03:10", "10-31 02:10 again"],
            "America/New_York before": ["11-07 01:30 again"],
            "America/New_York inside": ["03-14 03:30"],
            "America/New_York ten": ["03-14 03:10"],
            "Australia/Lord_Howe before": ["04-04 01:30 again"],
            "Australia/Lord_Howe ten": ["10-03 02:40"],
        }
        assert desk.notices == []


async def test_hours_come_every_hour_for_a_year(tmp_path: Path) -> None:
    async with open_desk(tmp_path, YEAR, look_every=A_DECADE) as desk:
        desk.put("hourly", schedule="0 0 * * * *", time_zone="Europe/Berlin")
        await desk.run()
        await desk.clock.advance(365 * DAY)
        assert desk.runner("hourly").times == [YEAR + n * HOUR for n in range(1, 8761)]


@pytest.mark.parametrize(
    ("zone", "which", "hours"),
    [
        ("Europe/Berlin", 0, "00:00 01:00 03:00 04:00 05:00 06:00"),
        ("Europe/Berlin", 1, "01:00 02:00 02:00 03:00 04:00 05:00"),
        ("America/New_York", 0, "00:00 01:00 03:00 04:00 05:00 06:00"),
        ("America/New_York", 1, "00:00 01:00 01:00 02:00 03:00 04:00"),
        ("Australia/Lord_Howe", 0, "00:00 01:00 02:00 03:00 04:00"),
        ("Australia/Lord_Howe", 1, "00:00 01:00 02:30 03:00 04:00 05:00"),
    ],
)
async def test_hours_and_minutes_around_a_change(tmp_path: Path, zone: str, which: int, hours: str) -> None:
    start = CHANGES[zone][which] - 3 * HOUR
    async with open_desk(tmp_path, start, look_every=A_DECADE) as desk:
        desk.put("minute", schedule="0 * * * * *", time_zone=zone)
        desk.put("half", schedule="0 */30 * * * *", time_zone=zone)
        desk.put("hourly", schedule="0 0 * * * *", time_zone=zone)
        await desk.run()
        await desk.clock.advance(6 * HOUR)
        assert desk.runner("minute").times == [start + n * MINUTE for n in range(1, 361)]
        assert desk.runner("half").times == [start + n * 30 * MINUTE for n in range(1, 13)]
        walls = [at.astimezone(ZoneInfo(zone)) for at in desk.runner("hourly").times]
        assert " ".join(f"{wall:%H:%M}" for wall in walls) == hours


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("zone", ZONES)
async def test_minutes_and_hours_come_for_a_whole_year(tmp_path: Path, zone: str) -> None:
    async with open_desk(tmp_path, YEAR, look_every=A_DECADE) as desk:
        desk.put("minute", schedule="0 * * * * *", time_zone=zone)
        desk.put("hourly", schedule="0 0 * * * *", time_zone=zone)
        await desk.run()
        await desk.clock.advance(365 * DAY)
        assert desk.runner("minute").times == [YEAR + n * MINUTE for n in range(1, 525_601)]
        assert len(desk.runner("hourly").times) == 8760
