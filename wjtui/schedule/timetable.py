"""When a schedule is due: the instants of a pattern of wall times, across changes of clocks (spec 7.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from wjtui.schedule.cron import Cron
from wjtui.schedule.wall import (
    REACH,
    SECOND,
    ClockChange,
    change_near,
    changes_between,
    instants_of,
    naive,
    offset_at,
    wall_time,
)

_MINUTE = timedelta(minutes=1)
_HOURS_OF_A_DAY = 24


class Timetable(Protocol):
    """The instants at which a schedule is due: aware UTC datetimes, each a whole second."""

    def next_after(self, instant: datetime) -> datetime | None:
        """The first one later than ``instant``; None: there is none."""

    def last_before(self, instant: datetime, floor: datetime) -> datetime | None:
        """The latest one earlier than ``instant`` and later than ``floor``; None: there is none."""

    def count_between(self, after: datetime, before: datetime) -> int:
        """How many lie strictly between the two."""


class Pattern(Protocol):
    """Wall times, naive and in whole seconds; where a minute has some, they are at the same seconds of it.

    The questions are those of a timetable, and all bounds are exclusive. ``Cron`` is a pattern.
    """

    def next_after(self, wall: datetime) -> datetime | None: ...
    def last_before(self, wall: datetime) -> datetime | None: ...
    def count_between(self, after: datetime, before: datetime) -> int: ...
    def matches(self, wall: datetime) -> bool: ...


class WallTimetable:
    """A pattern on the clocks of a zone.

    Between two changes of clocks the order of wall times is the order of time, so one question to the pattern
    is the answer. Close to a change two stretches of wall times overlap: a wall time that the clocks left out
    is due after the change, and a time that comes twice at its second coming. Then both are asked.
    """

    def __init__(self, pattern: Pattern, zone: tzinfo, *, both_passes: bool) -> None:
        """``both_passes``: a time that the clocks show twice is due twice."""
        self.zone = zone
        self.both_passes = both_passes
        self.pattern = pattern

    def next_after(self, instant: datetime) -> datetime | None:
        """The first one later than ``instant``; None: there is none."""
        found = self._instants(self.pattern.next_after(wall_time(instant, self.zone)))
        for change in self._changes_near(instant, found[:1]):
            from_new = max(instant, change.at - SECOND)
            found += self._instants(self.pattern.next_after(naive(instant, change.before)))
            found += self._instants(self.pattern.next_after(naive(from_new, change.after)))
        return min((at for at in found if at > instant), default=None)

    def last_before(self, instant: datetime, floor: datetime) -> datetime | None:
        """The latest one earlier than ``instant`` and later than ``floor``; None: there is none."""
        found = self._instants(self.pattern.last_before(wall_time(instant, self.zone)))
        for change in self._changes_near(instant, found[-1:]):
            # A time that comes twice but is due once is due by the new offset: the old one ends before it.
            end_of_old = max(change.old_wall, change.new_wall) if self.both_passes else change.new_wall
            to_old = min(naive(instant, change.before), end_of_old)
            found += self._instants(self.pattern.last_before(to_old))
            found += self._instants(self.pattern.last_before(naive(instant, change.after)))
        return max((at for at in found if floor < at < instant), default=None)

    def count_between(self, after: datetime, before: datetime) -> int:
        """How many lie strictly between the two: a question for each stretch between changes of clocks."""
        after = after.replace(microsecond=0)
        before = before.replace(microsecond=0) + (SECOND if before.microsecond else timedelta(0))
        if before <= after:
            return 0
        count, start, offset = 0, after, offset_at(after, self.zone)
        for change in changes_between(after - REACH, before + REACH, self.zone):
            count += self._moved(change, after, before)
            if after < change.at < before:
                count += self.pattern.count_between(naive(start, offset), change.old_wall)
                # The stretch begins with the instant of the change itself.
                start, offset = change.at - SECOND, change.after
        return count + self.pattern.count_between(naive(start, offset), naive(before, offset))

    def walls_touched(self, change: ClockChange) -> Iterator[datetime]:
        """The wall times of the pattern that the change leaves out or shows twice."""
        start, end = sorted((change.old_wall, change.new_wall))
        wall = self.pattern.next_after(start - SECOND)
        while wall is not None and wall < end:
            yield wall
            wall = self.pattern.next_after(wall)

    def _instants(self, wall: datetime | None) -> list[datetime]:
        return [] if wall is None else [*instants_of(wall, self.zone, both_passes=self.both_passes)]

    def _changes_near(self, instant: datetime, found: list[datetime]) -> list[ClockChange]:
        near = (change_near(at, self.zone) for at in (instant, *found))
        return [change for change in near if change is not None]

    def _moved(self, change: ClockChange, after: datetime, before: datetime) -> int:
        """What counting the wall times of each stretch leaves out at a change, or counts too much."""
        if change.shift > timedelta(0):
            first = max(after, change.at - SECOND)
            end = min(before, change.at + change.shift)
            return self._left_out(naive(first, change.before), naive(end, change.before), change.shift)
        if self.both_passes:
            return 0
        first, end = max(after, change.at + change.shift - SECOND), min(before, change.at)
        return -self.pattern.count_between(naive(first, change.before), naive(end, change.before))

    def _left_out(self, after: datetime, before: datetime, shift: timedelta) -> int:
        """How many wall times that the clocks left out are due when no other wall time is."""
        count, wall = 0, self.pattern.next_after(after)
        while wall is not None and wall < before:
            end = min(before, wall.replace(second=0) + _MINUTE)
            if not self.pattern.matches(wall + shift):
                count += self.pattern.count_between(wall - SECOND, end)
            wall = self.pattern.next_after(end - SECOND)
        return count


class CronTimetable(WallTimetable):
    """A cron expression on the clocks of a zone: twice in a repeated hour where the hour field is ``*``."""

    def __init__(self, cron: Cron, zone: tzinfo) -> None:
        super().__init__(cron, zone, both_passes=len(cron.fields[2]) == _HOURS_OF_A_DAY)
