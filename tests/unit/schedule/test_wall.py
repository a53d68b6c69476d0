from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from wjtui.schedule.wall import change_near, changes_between, instants_of, offset_at, wall_time

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
APIA = ZoneInfo("Pacific/Apia")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    ("zone", "at", "instant"),
    [
        (BERLIN, "2027-01-15T02:30", "2027-01-15T01:30"),
        (BERLIN, "2027-03-28T01:59:59", "2027-03-28T00:59:59"),
        (BERLIN, "2027-03-28T02:00", "2027-03-28T01:00"),
        (BERLIN, "2027-03-28T02:30", "2027-03-28T01:30"),
        (BERLIN, "2027-03-28T03:00", "2027-03-28T01:00"),
        (LORD_HOWE, "2027-10-03T02:15", "2027-10-02T15:45"),
        (APIA, "2011-12-30T09:00", "2011-12-30T19:00"),
        (APIA, "2011-12-31T09:00", "2011-12-30T19:00"),
    ],
)
def test_a_time_that_is_left_out_keeps_the_offset_before(
    zone: ZoneInfo, at: str, instant: str, both: bool
) -> None:
    assert instants_of(wall(at), zone, both_passes=both) == (utc(instant),)


@pytest.mark.parametrize(
    ("zone", "at", "first", "second"),
    [
        (BERLIN, "2027-10-31T02:00", "2027-10-31T00:00", "2027-10-31T01:00"),
        (BERLIN, "2027-10-31T02:59:59", "2027-10-31T00:59:59", "2027-10-31T01:59:59"),
        (LORD_HOWE, "2027-04-04T01:45", "2027-04-03T14:45", "2027-04-03T15:15"),
    ],
)
def test_a_time_that_comes_twice_is_the_second_or_both(
    zone: ZoneInfo, at: str, first: str, second: str
) -> None:
    assert instants_of(wall(at), zone, both_passes=False) == (utc(second),)
    assert instants_of(wall(at), zone, both_passes=True) == (utc(first), utc(second))


def test_changes_are_found_to_the_second() -> None:
    changes = list(changes_between(utc("2027-01-01"), utc("2028-01-01"), BERLIN))
    assert [(change.at, change.shift) for change in changes] == [
        (utc("2027-03-28T01:00"), timedelta(hours=1)),
        (utc("2027-10-31T01:00"), timedelta(hours=-1)),
    ]
    assert [change.old_wall for change in changes] == [wall("2027-03-28T02:00"), wall("2027-10-31T03:00")]
    assert [change.new_wall for change in changes] == [wall("2027-03-28T03:00"), wall("2027-10-31T02:00")]


def test_both_ends_of_a_span_are_outside_it() -> None:
    change = utc("2027-03-28T01:00")
    assert not list(changes_between(change, change + timedelta(days=3), BERLIN))
    assert not list(changes_between(change - timedelta(days=3), change, BERLIN))
    second = timedelta(seconds=1)
    assert [found.at for found in changes_between(change - second, change + second, BERLIN)] == [change]


@pytest.mark.parametrize(
    "key",
    ["Africa/Casablanca", "Asia/Gaza", "America/Boa_Vista", "Pacific/Apia", "Asia/Pyongyang",
     "Europe/Moscow", "Asia/Tehran", "Antarctica/Troll", "Africa/Cairo", "America/Caracas"],
)  # fmt: skip
def test_no_change_of_half_a_century_is_overlooked(key: str) -> None:
    zone, hour = ZoneInfo(key), timedelta(hours=1)
    start, end = utc("1995-01-01"), utc("2030-01-01")
    offsets, at = [], start
    while at <= end:
        offsets.append(offset_at(at, zone))
        at += 12 * hour
    moved = sum(one != other for one, other in pairwise(offsets))
    changes = list(changes_between(start, end, zone))
    assert len(changes) == moved > 0
    for change in changes:
        assert offset_at(change.at, zone) == change.after
        assert offset_at(change.at - timedelta(seconds=1), zone) == change.before


def test_a_change_is_near_for_a_day_on_either_side() -> None:
    change = utc("2011-12-30T10:00")
    for hours in (-25, -1, 0, 1, 25):
        found = change_near(change + timedelta(hours=hours), APIA)
        assert found is not None
        assert (found.at, found.shift) == (change, timedelta(hours=24))
    assert change_near(change + timedelta(days=3), APIA) is None


def test_wall_time_forgets_which_pass_it_is() -> None:
    assert wall_time(utc("2027-10-31T01:30"), BERLIN) == wall("2027-10-31T02:30")
    assert wall_time(utc("2027-10-31T01:30"), BERLIN).fold == 0
