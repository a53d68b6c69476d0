"""The timetable of a recurrence (spec 7.7).

Minutes and hours are counted in absolute time. Days, weeks and months go by the clocks of the zone, with the
rules of spec 7.4. Positions are computed: dateutil's ``rrule`` walks from the start, through half a million
steps a year for a recurrence of each minute.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime, time, timedelta, tzinfo

from wjtui.schedule.calendar_blocks import blocks_of
from wjtui.schedule.recurrence import Kind, Recurrence, Unit, anchor_of, instant_of
from wjtui.schedule.timetable import Timetable, WallTimetable
from wjtui.schedule.wall import SECOND, wall_time

_HOURS_OF_A_DAY = 24


class RecurrenceTimetable:
    """When a recurrence is due: never before it was first seen, never after its end.

    ``count`` counts from the start on, seen or not: ten days from a start a month ago are over.
    """

    def __init__(self, recurrence: Recurrence, zone: tzinfo, first_seen: datetime) -> None:
        self.recurrence = recurrence
        self.zone = zone
        self.anchor = anchor_of(recurrence, zone, first_seen)
        self.until = None if recurrence.end is None else instant_of(recurrence.end, zone)
        """The last instant at which it may be due."""
        self.first_seen = first_seen
        self.inner = _unbounded(recurrence, zone, self.anchor)

    def next_after(self, instant: datetime) -> datetime | None:
        """The first one later than ``instant``; None: there is none."""
        found = self.inner.next_after(max(instant, self.first_seen))
        return None if found is None or (self.until is not None and found > self.until) else found

    def last_before(self, instant: datetime, floor: datetime) -> datetime | None:
        """The latest one earlier than ``instant`` and later than ``floor``; None: there is none."""
        return self.inner.last_before(self._capped(instant), max(floor, self.first_seen))

    def count_between(self, after: datetime, before: datetime) -> int:
        """How many lie strictly between the two."""
        return self.inner.count_between(max(after, self.first_seen), self._capped(before))

    def _capped(self, before: datetime) -> datetime:
        return before if self.until is None else min(before, self.until + SECOND)


class Steps:
    """Instants at an even distance from each other: ``anchor + k * step``, k from 0 on."""

    def __init__(self, anchor: datetime, step: timedelta, count: int | None) -> None:
        self._anchor = anchor
        self.step = step
        self._count = count

    def next_after(self, instant: datetime) -> datetime | None:
        """The first one later than ``instant``; None: there is none."""
        number = self._up_to(instant)
        return None if number == self._count else self._anchor + number * self.step

    def last_before(self, instant: datetime, floor: datetime) -> datetime | None:
        """The latest one earlier than ``instant`` and later than ``floor``; None: there is none."""
        number = self._before(instant)
        found = self._anchor + (number - 1) * self.step
        return found if number and found > floor else None

    def count_between(self, after: datetime, before: datetime) -> int:
        """How many lie strictly between the two."""
        return max(0, self._before(before) - self._up_to(after))

    def _up_to(self, instant: datetime) -> int:
        """How many are not later than ``instant``."""
        return self._at_most((instant - self._anchor) // self.step + 1)

    def _before(self, instant: datetime) -> int:
        return self._at_most(-((self._anchor - instant) // self.step))

    def _at_most(self, number: int) -> int:
        return max(0, number if self._count is None else min(number, self._count))


class CalendarPattern:
    """Times of day on the days of a recurrence, from the start's wall time on; the times are numbered."""

    def __init__(self, recurrence: Recurrence, start: datetime) -> None:
        self._blocks = blocks_of(recurrence, start.date())
        self._times = times_of_day(recurrence, start)
        self._first = self._before(start)
        self._end = None if recurrence.count is None else self._first + recurrence.count

    def next_after(self, wall: datetime) -> datetime | None:
        """The first one later than ``wall``; None: there is none before the year 10000."""
        return self._wall(max(self._first, self._up_to(wall)))

    def last_before(self, wall: datetime) -> datetime | None:
        """The latest one earlier than ``wall``; None: there is none."""
        number = self._before(wall) if self._end is None else min(self._before(wall), self._end)
        return self._wall(number - 1) if number > self._first else None

    def count_between(self, after: datetime, before: datetime) -> int:
        """How many lie strictly between the two."""
        end = self._before(before) if self._end is None else min(self._before(before), self._end)
        return max(0, end - max(self._first, self._up_to(after)))

    def matches(self, wall: datetime) -> bool:
        """Whether one is at ``wall``."""
        return self.next_after(wall - SECOND) == wall

    def _wall(self, number: int) -> datetime | None:
        if self._end is not None and number >= self._end:
            return None
        day, index = divmod(number, len(self._times))
        date = self._blocks.day(day)
        return None if date is None else datetime.combine(date, self._times[index])

    def _before(self, wall: datetime) -> int:
        return self._number(wall, bisect_left(self._times, wall.time()))

    def _up_to(self, wall: datetime) -> int:
        return self._number(wall, bisect_right(self._times, wall.time()))

    def _number(self, wall: datetime, today: int) -> int:
        """How many lie before ``wall``, of which its day would have ``today`` if it were one of the days."""
        days = self._blocks.before(wall.date())
        on = self._blocks.day(days) == wall.date()
        return days * len(self._times) + (today if on else 0)


def starting_wall(recurrence: Recurrence, zone: tzinfo, anchor: datetime) -> datetime:
    """The wall time that the recurrence counts from."""
    start = recurrence.start
    # Not always the anchor's: 02:30 on a day that has no such time means 02:30 on all the others.
    return start if start is not None and start.tzinfo is None else wall_time(anchor, zone)


def times_of_day(recurrence: Recurrence, start: datetime) -> list[time]:
    """Sorted. ``hours`` alone are on the hour, ``minutes`` alone in the start's hour."""
    if not recurrence.hours and not recurrence.minutes:
        return [start.time()]
    return [
        time(hour, minute)
        for hour in recurrence.hours or (start.hour,)
        for minute in recurrence.minutes or (0,)
    ]


def _unbounded(recurrence: Recurrence, zone: tzinfo, anchor: datetime) -> Timetable:
    if recurrence.kind is Kind.ONCE:
        return Steps(anchor, SECOND, 1)
    if recurrence.unit is Unit.MINUTE:
        return Steps(anchor, timedelta(minutes=recurrence.n), recurrence.count)
    if recurrence.unit is Unit.HOUR:
        return Steps(anchor, timedelta(hours=recurrence.n), recurrence.count)
    pattern = CalendarPattern(recurrence, starting_wall(recurrence, zone, anchor))
    return WallTimetable(pattern, zone, both_passes=len(recurrence.hours) == _HOURS_OF_A_DAY)
