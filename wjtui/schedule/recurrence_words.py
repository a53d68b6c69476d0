"""A recurrence in plain English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from wjtui.schedule.date_words import clock_words, moment_words
from wjtui.schedule.fields import WEEKDAYS
from wjtui.schedule.lists import counted, joined, listed, ordinal
from wjtui.schedule.recurrence import LAST, Kind, MonthWeekday, Recurrence, Unit, anchor_of
from wjtui.schedule.recurrence_file import FIRST_YEAR
from wjtui.schedule.recurrence_times import starting_wall, times_of_day
from wjtui.schedule.wall import wall_time

_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", LAST: "last"}
_SHORTEST_MONTH = 28
_MOST_TIMES = 6
_ANY_TIME = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)


def describe_recurrence(recurrence: Recurrence, zone: tzinfo, first_seen: datetime | None = None) -> str:
    """What the recurrence means, without a full stop: ``Every 15 minutes from 1 March 2027 09:00 UTC``.

    ``zone`` is the schedule's. Where it starts ``now``, ``first_seen`` says when that was; None: not yet.
    """
    start = _start(recurrence, zone, first_seen)
    if recurrence.kind is Kind.ONCE:
        return f"Once, at {moment_words(start)} {zone}" if start else "Once, as soon as it is seen"
    words = _often(recurrence, start)
    words += f", from {moment_words(start)} {zone}" if start else ", from now on"
    if recurrence.end is not None:
        words += f", until {_end_words(recurrence.end, zone)}"
    if recurrence.count is not None:
        words += f", {counted(recurrence.count, 'time')} in all"
    return words


def _start(recurrence: Recurrence, zone: tzinfo, first_seen: datetime | None) -> datetime | None:
    """The wall time of the start; None: not known yet."""
    if first_seen is None:
        if recurrence.start is None:
            return None
        # Earlier than any start, so that one in the past is told as it is written.
        first_seen = datetime(FIRST_YEAR - 1, 1, 1, tzinfo=UTC)
    anchor = anchor_of(recurrence, zone, first_seen)
    if recurrence.kind is Kind.ONCE:
        return wall_time(anchor, zone)
    return starting_wall(recurrence, zone, anchor)


def _end_words(end: datetime, zone: tzinfo) -> str:
    return f"{moment_words(end if end.tzinfo is None else wall_time(end, zone))}"


def _often(recurrence: Recurrence, start: datetime | None) -> str:
    n, unit = recurrence.n, recurrence.unit
    if unit is Unit.MONTH:
        return _monthly(recurrence, start)
    every = f"Every {unit}" if n == 1 else f"Every {counted(n, str(unit))}"
    if unit is Unit.WEEK:
        weekdays = recurrence.weekdays or (() if start is None else (start.weekday(),))
        every += f" on {listed(weekdays, _weekday)}" if weekdays else ""
    return every if recurrence.unit in (Unit.MINUTE, Unit.HOUR) else every + _times(recurrence, start)


def _monthly(recurrence: Recurrence, start: datetime | None) -> str:
    n, times = recurrence.n, _times(recurrence, start)
    of = "of every month" if n == 1 else f"of every {ordinal(n)} month"
    if recurrence.weekdays:
        days = listed(recurrence.weekdays, _weekday)
        return f"Every {days}{times}" if n == 1 else f"Every {days} {of}{times}"
    if recurrence.month_weekdays:
        return f"On {joined([_month_weekday(one) for one in recurrence.month_weekdays])} {of}{times}"
    days_of_month = recurrence.month_days or (() if start is None else (start.day,))
    if not days_of_month:
        return f"On the same day {of}{times}"
    rare = ", where there is one" if all(day > _SHORTEST_MONTH for day in days_of_month) else ""
    return f"On the {_days_of_month(days_of_month)} {of}{times}{rare}"


def _days_of_month(days: Sequence[int]) -> str:
    if LAST not in days:
        return listed(days, ordinal)
    return joined([*(ordinal(day) for day in days if day != LAST), "last day"])


def _month_weekday(one: MonthWeekday) -> str:
    return f"the {_NTH[one.occurrence]} {_weekday(one.weekday)}"


def _times(recurrence: Recurrence, start: datetime | None) -> str:
    """The times of day; empty where the start, which is yet to come, sets them."""
    if start is None and not recurrence.hours:
        return ""
    times = [clock_words(at) for at in times_of_day(recurrence, start or wall_time(_ANY_TIME, UTC))]
    if len(times) > _MOST_TIMES:
        return f", {len(times)} times a day from {times[0]} to {times[-1]}"
    return f" at {joined(times)}"


def _weekday(number: int) -> str:
    return WEEKDAYS[(number + 1) % 7]
