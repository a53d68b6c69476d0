"""The days of a recurrence, block by block: each N days, weeks or months from the start on are one block.

Days are numbered from 0, the first of block 0. Months keep a running sum, so a start long ago costs once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Sequence
from datetime import MAXYEAR, date
from typing import Protocol

from wjtui.schedule.recurrence import LAST, Recurrence, Unit

_WEEK = 7
_LAST_DAY = date.max.toordinal()
_CYCLE = 4800
"""Blocks after which months repeat: 400 years of Gregorian calendar, which are whole weeks too."""


class Blocks(Protocol):
    """Days in order, by number."""

    def before(self, day: date) -> int:
        """How many of the days lie before ``day``."""

    def day(self, number: int) -> date | None:
        """The day of a number from 0 on; None: there is none before the year 10000."""


def blocks_of(recurrence: Recurrence, start: date) -> Blocks:
    """The days of a recurrence of days, weeks or months, from its first block on."""
    n = recurrence.n
    if recurrence.unit is Unit.DAY:
        return EvenBlocks(start.toordinal(), n, (0,))
    if recurrence.unit is Unit.WEEK:
        monday = start.toordinal() - start.weekday()
        return EvenBlocks(monday, n * _WEEK, recurrence.weekdays or (start.weekday(),))
    return MonthBlocks(recurrence, start)


class EvenBlocks:
    """Blocks of equal length with the same days in each."""

    def __init__(self, first: int, length: int, offsets: Sequence[int]) -> None:
        """``first``: the ordinal of the first block's first day; ``offsets``: sorted days from there."""
        self._first = first
        self._length = length
        self._offsets = offsets

    def before(self, day: date) -> int:
        """How many of the days lie before ``day``."""
        block, offset = divmod(day.toordinal() - self._first, self._length)
        return max(0, block * len(self._offsets) + bisect_left(self._offsets, offset))

    def day(self, number: int) -> date | None:
        """The day of a number from 0 on; None: there is none before the year 10000."""
        block, index = divmod(number, len(self._offsets))
        ordinal = self._first + block * self._length + self._offsets[index]
        return date.fromordinal(ordinal) if ordinal <= _LAST_DAY else None


class MonthBlocks:
    """Every N-th month with the days that the recurrence chooses in it, or the start's where it has none."""

    def __init__(self, recurrence: Recurrence, start: date) -> None:
        self._recurrence = recurrence
        self._start = start
        self._first = _month_number(start)
        self._sums = [0]
        """How many days the blocks before the first, second, third ... have."""

    def before(self, day: date) -> int:
        """How many of the days lie before ``day``."""
        block, offset = divmod(_month_number(day) - self._first, self._recurrence.n)
        if block < 0:
            return 0
        while len(self._sums) <= block + 1:
            self._grow()
        if offset:
            return self._sums[block + 1]
        return self._sums[block] + bisect_left(self._days(block), day.day)

    def day(self, number: int) -> date | None:
        """The day of a number from 0 on; None: there is none before the year 10000."""
        while self._sums[-1] <= number:
            # 30 February every year: a whole cycle of blocks without a day.
            if len(self._sums) > _CYCLE and self._sums[-1] == self._sums[-1 - _CYCLE]:
                return None
            if self._month(len(self._sums) - 1)[0] > MAXYEAR:
                return None
            self._grow()
        block = bisect_right(self._sums, number) - 1
        return date(*self._month(block), self._days(block)[number - self._sums[block]])

    def _grow(self) -> None:
        self._sums.append(self._sums[-1] + len(self._days(len(self._sums) - 1)))

    def _month(self, block: int) -> tuple[int, int]:
        year, month = divmod(self._first + block * self._recurrence.n, 12)
        return year, month + 1

    def _days(self, block: int) -> list[int]:
        """The days of the block's month, sorted."""
        year, month = self._month(block)
        if year > MAXYEAR:
            return []
        first, length = monthrange(year, month)
        chosen = self._recurrence
        if chosen.weekdays:
            return [day for day in range(1, length + 1) if (first + day - 1) % _WEEK in chosen.weekdays]
        if chosen.month_weekdays:
            days = {_nth_weekday(first, length, one.weekday, one.occurrence) for one in chosen.month_weekdays}
        else:
            days = {length if day == LAST else day for day in chosen.month_days or (self._start.day,)}
        return sorted(day for day in days if day <= length)


def _nth_weekday(first: int, length: int, weekday: int, occurrence: int) -> int:
    """A day of a month that begins on the week day ``first``; beyond its end where it has no such day."""
    earliest = 1 + (weekday - first) % _WEEK
    if occurrence == LAST:
        return earliest + (length - earliest) // _WEEK * _WEEK
    return earliest + (occurrence - 1) * _WEEK


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1
