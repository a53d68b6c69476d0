"""What starts when, of all jobs: 24 hours of them, and which starts fall together; pure, and bounded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from wjtui.model.errors import InvalidSchedule
from wjtui.model.jobs import Job
from wjtui.model.schedules import ScheduleState
from wjtui.schedule.reading import read_in_zone, rule_of
from wjtui.schedule.timetable import Timetable
from wjtui.schedule.zones import UTC_ZONE, find_zone
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.times import local

HOURS = 24
CHECKS = 4000
"""Looks into other timetables for starts in the same minute: some 0.2 s of a thread's time."""
_STARTS = 96
"""So many starts of the job itself are compared with the others': every quarter of an hour."""
_ALWAYS = 24 * 60
"""Who starts so often a day is met by every start, which nobody need be told."""
_HOUR, _MINUTE, _SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


class Other(NamedTuple):
    """Another job that starts within the 24 hours."""

    name: str
    timetable: Timetable
    counts: tuple[int, ...]
    """Starts by hour."""


class Hour(NamedTuple):
    """One hour of the day."""

    start: datetime
    others: tuple[tuple[str, int], ...]
    """Name and starts of each other job that starts in it."""
    own: int
    """Starts of the job itself."""

    @property
    def jobs(self) -> int:
        """How many jobs start in it."""
        return len(self.others) + (self.own > 0)


class Clash(NamedTuple):
    """A minute in which the job and others start."""

    at: datetime
    names: tuple[str, ...]


class Day(NamedTuple):
    """24 hours."""

    hours: tuple[Hour, ...]
    clashes: tuple[Clash, ...]
    """Those with most jobs first."""
    complete: bool = True
    """False: there were too many starts to compare them all."""


def first_hour(own: Timetable | None, now: datetime) -> datetime:
    """With which hour to begin, by the clocks of who looks.

    With this one, unless the job starts in none of the 24 that follow: then with the midnight before its
    next start, since a day without it says nothing of it.
    """
    shown = local(now)
    first = (now - timedelta(minutes=shown.minute, seconds=shown.second)).replace(microsecond=0)
    due = own.next_after(now) if own is not None else None
    if due is None or due < first + HOURS * _HOUR:
        return first
    return local(due).replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)


def look_around(jobs: Iterable[Job], apart: JobKey | None, first: datetime) -> tuple[Other, ...]:
    """The other jobs whose schedules wait and start something in the 24 hours from ``first`` on."""
    found = []
    for job in jobs:
        schedule = job.schedule
        if schedule is None or schedule.state is not ScheduleState.PENDING or job.id.key == apart:
            continue
        zone = find_zone(schedule.zone) or UTC_ZONE
        try:
            timetable = read_in_zone(rule_of(schedule), zone, schedule.anchor or first).timetable
        except InvalidSchedule:  # an engine of another version knows more kinds
            continue
        counts = starts_by_hour(timetable, first)
        if any(counts):
            found.append(Other(job.id.name, timetable, counts))
    return tuple(found)


def day_of(own: Timetable | None, others: Sequence[Other], first: datetime, now: datetime) -> Day:
    """The 24 hours from ``first`` on of a job with this timetable among the others."""
    counts = starts_by_hour(own, first) if own is not None else (0,) * HOURS
    hours = []
    for number in range(HOURS):
        there = [(other.name, other.counts[number]) for other in others if other.counts[number]]
        hours.append(Hour(first + number * _HOUR, tuple(there), counts[number]))
    clashes, complete = _clashes(own, others, now, first) if own is not None else ((), True)
    return Day(tuple(hours), clashes, complete)


def starts_by_hour(timetable: Timetable, first: datetime) -> tuple[int, ...]:
    """How often it is due in each of the 24 hours from ``first`` on; of an empty half it is asked once."""
    counts = [0] * HOURS

    def count(start: int, end: int) -> None:
        total = timetable.count_between(first + start * _HOUR - _SECOND, first + end * _HOUR)
        if total and end - start > 1:
            middle = (start + end) // 2
            count(start, middle)
            count(middle, end)
        else:
            counts[start] = total

    count(0, HOURS)
    return tuple(counts)


def _clashes(
    own: Timetable, others: Sequence[Other], now: datetime, first: datetime
) -> tuple[tuple[Clash, ...], bool]:
    rare = [other for other in others if sum(other.counts) < _ALWAYS]
    found: list[Clash] = []
    left = CHECKS
    end = first + HOURS * _HOUR
    at, starts = own.next_after(max(now, first - _SECOND)), 0
    while at is not None and at < end:
        minute = at.replace(second=0)
        there = [other for other in rare if other.counts[(at - first) // _HOUR]]
        left -= len(there)
        if left < 0 or starts == _STARTS:
            return _most_first(found), False
        names = tuple(
            other.name
            for other in there
            if other.timetable.count_between(minute - _SECOND, minute + _MINUTE) > 0
        )
        if names:
            found.append(Clash(minute.astimezone(UTC), names))
        starts += 1
        at = own.next_after(minute + _MINUTE - _SECOND)
    return _most_first(found), True


def _most_first(found: list[Clash]) -> tuple[Clash, ...]:
    return tuple(sorted(found, key=lambda clash: (-len(clash.names), clash.at)))
