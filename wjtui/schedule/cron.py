"""An NCrontab expression: parsed here by its own rules, stepped through by croniter (spec 7.1 to 7.3).

All times are wall times of the schedule's zone, without a zone and in whole seconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from wjtui.model.base import Value
from wjtui.schedule.fields import FIELDS, read_fields, split, write_field
from wjtui.schedule.hints import refuse_whole

LONGEST_GAP_YEARS = 40
"""29 February on one day of the week: 2072, then 2112. No day that ever comes takes longer."""
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Cron(Value, frozen=True):
    """A valid expression."""

    text: str
    """As written."""
    fields: tuple[tuple[int, ...], ...]
    """Second, minute, hour, day, month and weekday (Sunday is 0): the numbers that match, sorted."""
    warnings: tuple[str, ...] = ()
    """Sentences on what is valid but hardly meant: a range that runs backwards, a step below 1."""

    @property
    def expanded(self) -> str:
        """The normalised text of logs and runs: ``0 0,15,30,45 * * * *`` (spec 7.2)."""
        return " ".join(write_field(field, values) for field, values in zip(FIELDS, self.fields, strict=True))

    @property
    def never(self) -> bool:
        """Whether no day of any year matches: 31 February."""
        _, _, _, days, months, _ = self.fields
        return all(days[0] > _LONGEST_MONTHS[month - 1] for month in months)

    def matches(self, wall: datetime) -> bool:
        """Whether the expression fires in the second of ``wall``."""
        seconds, minutes, hours, *_ = self.fields
        return (
            wall.second in seconds and wall.minute in minutes and wall.hour in hours and self._on(wall.date())
        )

    def next_after(self, wall: datetime) -> datetime | None:
        """The first match strictly after ``wall``; None: none before the year 10000."""
        return next(self.walk(wall), None)

    def walk(self, wall: datetime) -> Iterator[datetime]:
        """The matches strictly after ``wall``, one by one; ends before the year 10000."""
        if self.never:
            return
        stepper = _stepper(self.expanded, _whole_second(wall))
        while True:
            try:
                yield stepper.get_next()
            # A ValueError is croniter's bad date and the year 10000 alike, an OverflowError its first second.
            except (ValueError, OverflowError):
                return

    def count_between(self, after: datetime, before: datetime) -> int:
        """How many matches lie strictly between two times. Counts days, so that each second costs no more."""
        if before <= after:
            return 0
        first, last = after.date(), before.date()
        days = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal()))
        count = sum(map(self._on, days)) * self._times_a_day
        if self._on(first):
            count -= self._times_before(_second_of_day(after) + 1)
        if self._on(last):
            count += self._times_before(_second_of_day(before) + bool(before.microsecond))
        return count

    def last_before(self, wall: datetime) -> datetime | None:
        """The latest match strictly before ``wall``; None: none since the year 1."""
        today = wall.date()
        earlier = self._times_before(_second_of_day(wall) + bool(wall.microsecond))
        if earlier and self._on(today):
            return datetime.combine(today, self._time_of_day(earlier - 1))
        if self.never:
            return None
        newest = today.toordinal() - 1
        oldest = max(0, newest - (LONGEST_GAP_YEARS + 1) * 366)
        days = (date.fromordinal(number) for number in range(newest, oldest, -1))
        day = next(filter(self._on, days), None)
        return datetime.combine(day, self._time_of_day(self._times_a_day - 1)) if day else None

    def _on(self, day: date) -> bool:
        """Day of the month **and** day of the week (spec 7.1)."""
        _, _, _, days, months, weekdays = self.fields
        return day.day in days and day.month in months and day.isoweekday() % 7 in weekdays

    @property
    def _times_a_day(self) -> int:
        seconds, minutes, hours, *_ = self.fields
        return len(seconds) * len(minutes) * len(hours)

    def _times_before(self, second_of_day: int) -> int:
        """How many matches a matching day has before its second ``second_of_day``, which may be 86,400."""
        seconds, minutes, hours, *_ = self.fields
        minute_of_day, second = divmod(second_of_day, 60)
        hour, minute = divmod(minute_of_day, 60)
        count = bisect_left(hours, hour) * len(minutes) * len(seconds)
        if hour in hours:
            count += bisect_left(minutes, minute) * len(seconds)
            if minute in minutes:
                count += bisect_left(seconds, second)
        return count

    def _time_of_day(self, index: int) -> time:
        """The match number ``index``, from 0, of a matching day."""
        seconds, minutes, hours, *_ = self.fields
        rest, second = divmod(index, len(seconds))
        hour, minute = divmod(rest, len(minutes))
        return time(hours[hour], minutes[minute], seconds[second])


def parse(text: str) -> Cron:
    """Read an expression of six fields; raises InvalidSchedule, which says what is wrong and where."""
    words = split(text)
    refuse_whole(text, words)
    readings = read_fields(words)
    return Cron(
        text,
        tuple(reading.values for reading in readings),
        tuple(warning for reading in readings for warning in reading.warnings),
    )


def _whole_second(wall: datetime) -> datetime:
    if wall.tzinfo is not None:
        raise ValueError(f"a wall time has no zone, but this one has {wall.tzinfo}")
    return wall.replace(microsecond=0, fold=0)


def _second_of_day(wall: datetime) -> int:
    return wall.hour * 3600 + wall.minute * 60 + wall.second


def _stepper(expanded: str, wall: datetime) -> Any:
    # Here and not above: croniter takes 50 ms to import, and most programs of a user schedule nothing.
    from croniter import croniter  # type: ignore[import-untyped]

    return croniter(
        expanded,
        wall,
        ret_type=datetime,
        second_at_beginning=True,
        day_or=False,
        max_years_between_matches=LONGEST_GAP_YEARS + 1,
    )
