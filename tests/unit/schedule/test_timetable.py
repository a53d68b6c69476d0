from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wjtui.schedule.cron import parse
from wjtui.schedule.timetable import CronTimetable
from wjtui.schedule.wall import changes_between

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

CHANGES = (
    ("Europe/Berlin", "2027-03-28T01:00"),
    ("Europe/Berlin", "2027-10-31T01:00"),
    ("America/New_York", "2027-03-14T07:00"),
    ("America/New_York", "2027-11-07T06:00"),
    ("Australia/Lord_Howe", "2027-10-02T15:30"),
    ("Australia/Lord_Howe", "2027-04-03T15:00"),
    ("Pacific/Apia", "2011-12-30T10:00"),
    ("Pacific/Kwajalein", "1993-08-21T12:00"),
    ("Africa/Casablanca", "2027-02-07T02:00"),
    ("Africa/Casablanca", "2027-03-14T02:00"),
    ("America/Nuuk", "2027-03-28T01:00"),
    ("Africa/Cairo", "2027-10-28T21:00"),
    ("Antarctica/Troll", "2027-03-28T01:00"),
    ("Asia/Pyongyang", "2018-05-04T15:00"),
    ("America/Caracas", "2016-05-01T07:00"),
    ("Europe/Moscow", "2014-10-25T22:00"),
    ("UTC", "2027-03-28T01:00"),
)
EXPRESSIONS = (
    "0 30 2 * * *", "0 59 * * * *", "0 */15 * * * *", "0 * * * * *", "30 */7 2 * * *", "0 0,30 1-3 * * *",
    "0 0 0 * * *", "0 30 23 * * *", "15,45 15 0-12 * * *", "0 15 * * * Sat", "0 0 2,3 * * Sun",
    "0 5 */2 30,31 * *", "0 0 9 * * Fri", "0 0 12 1 1 *", "0 */10 0-12,22,23 * * *",
)  # fmt: skip


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def new_year(year: int, zone: str) -> datetime:
    return datetime(year, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def timetable(expression: str, zone: str) -> CronTimetable:
    return CronTimetable(parse(expression), ZoneInfo(zone))


def walk(table: CronTimetable, start: datetime, end: datetime) -> Iterator[datetime]:
    at = table.next_after(start)
    while at is not None and at < end:
        yield at
        at = table.next_after(at)


@cache
def every_instant(expression: str, key: str, around: datetime) -> list[datetime]:
    """The rules of spec 7.4 taken literally, for each wall second of the six days around an instant.

    Both ends are read off the clocks of the zone: three days of UTC's walls end 14 hours early in Apia.
    """
    cron, zone = parse(expression), ZoneInfo(key)
    wall, end = ((around + days).astimezone(zone).replace(tzinfo=None) for days in (-3 * DAY, 3 * DAY))
    found = set()
    while wall < end:
        for second in cron.fields[0]:
            at = wall.replace(second=second)
            if not cron.matches(at):
                continue
            first, second_pass = (at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
            exists = first.astimezone(zone).replace(tzinfo=None) == at
            if exists and second_pass > first:
                found |= {first, second_pass} if len(cron.fields[2]) == 24 else {second_pass}
            else:
                found.add(first)
        wall += MINUTE
    return sorted(found)


@pytest.mark.parametrize(("zone", "at"), CHANGES)
def test_the_walk_has_each_minute_of_all_the_time_that_is_asked_about(zone: str, at: str) -> None:
    start, end = utc(at) - 30 * HOUR, utc(at) + 60 * HOUR
    walked = [each for each in every_instant("0 * * * * *", zone, utc(at)) if start <= each < end]
    assert walked == [start + n * MINUTE for n in range(90 * 60)]


@settings(max_examples=100)
@given(
    change=st.sampled_from(CHANGES),
    expression=st.sampled_from(EXPRESSIONS),
    after=st.integers(-2 * 3600, 2 * 3600) | st.integers(-30 * 3600, 30 * 3600),
    length=st.integers(0, 2 * 3600) | st.integers(0, 30 * 3600),
    fraction=st.sampled_from([0, 0, 1, 500_000, 999_999]),
)
@example(
    change=("Pacific/Apia", "2011-12-30T10:00"),
    expression="15,45 15 0-12 * * *",
    after=101_716,
    length=30 * 3600,
    fraction=0,
)
@example(
    change=("Europe/Berlin", "2027-10-31T01:00"),
    expression="0 0,30 1-3 * * *",
    after=-7199,
    length=3600,
    fraction=0,
)
def test_around_changes_it_is_what_a_walk_through_all_wall_times_gives(
    change: tuple[str, str], expression: str, after: int, length: int, fraction: int
) -> None:
    zone, at = change
    all_of_them = every_instant(expression, zone, utc(at))
    table = timetable(expression, zone)
    start = utc(at) + timedelta(seconds=after, microseconds=fraction)
    end = start + timedelta(seconds=length)
    low, high = bisect_right(all_of_them, start), bisect_left(all_of_them, end)
    assert table.count_between(start, end) == max(0, high - low)
    assert table.last_before(end, start) == (all_of_them[high - 1] if high > low else None)
    if low < len(all_of_them) and all_of_them[low] < utc(at) + 2 * DAY:
        assert table.next_after(start) == all_of_them[low]


@pytest.mark.parametrize(("zone", "at"), CHANGES)
def test_each_five_minutes_about_a_change_know_their_last_and_next(zone: str, at: str) -> None:
    expression, floor = "0 */10 0-12,22,23 * * *", utc(at) - 30 * HOUR
    all_of_them, table = every_instant(expression, zone, utc(at)), timetable(expression, zone)
    for end in (utc(at) + n * 5 * MINUTE for n in range(-30, 31)):
        assert table.last_before(end, floor) == all_of_them[bisect_left(all_of_them, end) - 1]
        assert table.next_after(end) == all_of_them[bisect_right(all_of_them, end)]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize(
    ("expression", "a_year"),
    [
        ("0 30 2 * * *", 365),
        ("0 45 1 * * *", 365),
        ("0 0 12 * * *", 365),
        ("0 0 9 * * Mon-Fri", 261),
        ("0 0 0 31 * *", 7),
        ("0 */20 2 * * *", 3 * 365),
    ],
)
def test_a_year_has_each_fixed_time_once_a_day(expression: str, a_year: int, zone: str) -> None:
    table, start, end = timetable(expression, zone), new_year(2027, zone) - SECOND, new_year(2028, zone)
    assert table.count_between(start, end) == a_year
    if a_year <= 365:
        fires = list(walk(table, start, end))
        assert len(fires) == a_year
        assert fires[-1] == table.last_before(end, start)
        assert [table.last_before(at, start) for at in fires[1:]] == fires[:-1]


def test_what_the_gap_moves_onto_another_run_is_one_run() -> None:
    start, end = new_year(2027, "Europe/Berlin"), new_year(2028, "Europe/Berlin")
    assert timetable("0 30 2,3 * * *", "Europe/Berlin").count_between(start, end) == 2 * 365 - 1
    assert timetable("0 */20 0-5 * * *", "Europe/Berlin").count_between(start, end) == 18 * 365 - 3 - 1
    start, end = new_year(2027, "Australia/Lord_Howe"), new_year(2028, "Australia/Lord_Howe")
    each_second = timetable("* * 2 * * *", "Australia/Lord_Howe")
    assert each_second.count_between(start, end) == 3600 * 365 - 1800


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize(
    ("expression", "step"), [("0 17 * * * *", HOUR), ("0 */10 * * * *", 10 * MINUTE), ("0 * * * * *", MINUTE)]
)
def test_steps_of_the_clock_keep_their_distance_through_the_year(
    expression: str, step: timedelta, zone: str
) -> None:
    table = timetable(expression, zone)
    assert table.count_between(new_year(2027, zone) - SECOND, new_year(2028, zone)) == 365 * DAY // step
    for change in (utc(at) for key, at in CHANGES if key == zone):
        fires = list(walk(table, change - 95 * MINUTE, change + 95 * MINUTE))
        assert {later - earlier for earlier, later in pairwise(fires)} == {step}


def test_half_an_hour_less_or_more_in_lord_howe() -> None:
    table = timetable("0 */30 * * * *", "Australia/Lord_Howe")
    for change in ("2027-10-02T15:30", "2027-04-03T15:00"):
        fires = list(walk(table, utc(change) - 3 * HOUR, utc(change) + 3 * HOUR))
        assert {later - earlier for earlier, later in pairwise(fires)} == {30 * MINUTE}


@pytest.mark.parametrize(
    ("zone", "expression", "after", "expected"),
    [
        # 02:30 is left out: one hour later by the clock, once, and the next day as ever.
        ("Europe/Berlin", "0 30 2 * * *", "2027-03-27T12:00", ["2027-03-28T01:30", "2027-03-29T00:30"]),
        ("Europe/Berlin", "0 30 2,3 * * *", "2027-03-27T12:00", ["2027-03-28T01:30", "2027-03-29T00:30"]),
        # The time after the gap comes before the one that fell into it.
        (
            "Europe/Berlin",
            "0 30,0 2,3 * * *",
            "2027-03-28T00:59:59",
            ["2027-03-28T01:00", "2027-03-28T01:30"],
        ),
        # 02:30 comes twice: the second time.
        ("Europe/Berlin", "0 30 2 * * *", "2027-10-30T12:00", ["2027-10-31T01:30", "2027-11-01T01:30"]),
        ("Europe/Berlin", "0 30 * * * *", "2027-10-31T00:00", ["2027-10-31T00:30", "2027-10-31T01:30"]),
        # 167 hours from one Sunday to the next.
        ("Europe/Berlin", "0 0 9 * * Sun", "2027-03-21T07:00", ["2027-03-21T08:00", "2027-03-28T07:00"]),
        # 30 December 2011 was left out in Apia.
        ("Pacific/Apia", "0 0 9 * * Fri", "2011-12-25T00:00", ["2011-12-30T19:00", "2012-01-05T19:00"]),
        ("Pacific/Apia", "0 0 9 * * *", "2011-12-29T00:00", ["2011-12-29T19:00", "2011-12-30T19:00"]),
    ],
)
def test_single_cases(zone: str, expression: str, after: str, expected: list[str]) -> None:
    table, at = timetable(expression, zone), utc(after)
    for each in expected:
        found = table.next_after(at)
        assert found == utc(each)
        at = found


def test_a_change_far_from_the_question_is_seen_too() -> None:
    # 02:20 is left out in Lord Howe and comes at 02:50, behind 02:30: also when asked weeks before and after.
    table = timetable("0 20,30 2 3 10 *", "Australia/Lord_Howe")
    half_past, moved = utc("2027-10-02T15:30"), utc("2027-10-02T15:50")
    assert list(walk(table, utc("2027-09-01"), utc("2027-11-01"))) == [half_past, moved]
    assert table.last_before(utc("2027-11-01"), utc("2027-09-01")) == moved
    assert table.last_before(moved, utc("2027-09-01")) == half_past
    assert table.count_between(utc("2027-09-01"), utc("2027-11-01")) == 2


def test_the_day_after_the_left_out_day_is_counted_like_any_other() -> None:
    # In Apia from 04:15:16 on 1 January to 10:15:16 on the 2nd: 04:15:45, two in each of the hours 5-12 and
    # 0-9, and 10:15:15.
    start, end = utc("2011-12-31T14:15:16"), utc("2012-01-01T20:15:16")
    table = timetable("15,45 15 0-12 * * *", "Pacific/Apia")
    assert table.count_between(start, end) == 1 + 2 * 8 + 2 * 10 + 1
    assert table.last_before(end, start) == end - SECOND


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        # 02:00 for the first time is not the due one, 01:30 is.
        ("2027-10-31T00:00:01", "2027-10-30T23:30"),
        ("2027-10-31T00:59:59", "2027-10-30T23:30"),
        ("2027-10-31T01:00", "2027-10-30T23:30"),
        # 02:00 for the second time.
        ("2027-10-31T01:00:01", "2027-10-31T01:00"),
    ],
)
def test_the_last_one_while_the_clocks_repeat_an_hour(before: str, expected: str) -> None:
    table = timetable("0 0,30 1-3 * * *", "Europe/Berlin")
    assert table.last_before(utc(before), utc("2027-10-30T12:00")) == utc(expected)


def test_an_each_second_schedule_is_counted_not_walked() -> None:
    table = timetable("* * * * * *", "Europe/Berlin")
    start, end = utc("2017-01-01"), utc("2027-12-31T23:00:00")
    assert table.count_between(start, end) == (end - start) // timedelta(seconds=1) - 1
    assert table.last_before(end, start) == end - timedelta(seconds=1)


def test_what_never_comes() -> None:
    table = timetable("0 0 0 30 2 *", "Europe/Berlin")
    assert table.next_after(utc("2027-03-28")) is None
    assert table.last_before(utc("2027-03-28"), utc("2000-01-01")) is None
    assert table.count_between(utc("2000-01-01"), utc("2027-03-28")) == 0


def test_the_walls_that_a_change_touches() -> None:
    table = timetable("0 */20 2 * * *", "Europe/Berlin")
    spring, autumn = changes_between(utc("2027-01-01"), utc("2028-01-01"), table.zone)
    assert [wall.strftime("%H:%M") for wall in table.walls_touched(spring)] == ["02:00", "02:20", "02:40"]
    assert [wall.strftime("%H:%M") for wall in table.walls_touched(autumn)] == ["02:00", "02:20", "02:40"]
