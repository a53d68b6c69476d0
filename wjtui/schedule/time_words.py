"""The time of day of an expression in plain English: every 5 minutes, at 09:00."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from wjtui.schedule.fields import runs
from wjtui.schedule.lists import counted, is_run, joined, listed, ordinal, pace

_MOST_TIMES = 4
"""So many single times of day are listed, and half as many again where only the hours differ."""
_LONG = 5
"""From so many values on, ``every 2nd hour from 0 to 22`` is shorter than the list."""


def words_of_times(seconds: Sequence[int], minutes: Sequence[int], hours: Sequence[int]) -> str:
    """When on its days an expression fires. Says ``At hh:mm`` of single times only."""
    restricted = len(hours) < 24
    if restricted and (said := _from_to(seconds, minutes, hours) or _single_times(seconds, minutes, hours)):
        return said
    past = "past the" if restricted else "past every"
    if len(seconds) > 1:
        said = _paced("second", seconds, "past every minute" if len(minutes) == 60 else "past the minute")
        return said + _in_minutes(minutes, hours) + _in_hours(hours)
    second = seconds[0]
    if len(minutes) == 60 and second:
        return f"At {counted(second, 'second')} past every minute" + _in_hours(hours)
    if len(minutes) > 1:
        said = _paced("minute", minutes, f"{past} hour")
        said += f", at {counted(second, 'second')} past the minute" if second else ""
        return said + _in_hours(hours)
    return _once_an_hour(second, minutes[0], past) + _in_hours(hours)


def _from_to(seconds: Sequence[int], minutes: Sequence[int], hours: Sequence[int]) -> str | None:
    """An even pace from one time to another: the one unit that moves, the others standing still."""
    step: int | None = None
    if len(seconds) == len(minutes) == 1:
        step, unit = pace(hours), "hour"
        if step and seconds[0] == minutes[0] == hours[0] == 0 and _divides(step, hours, 24):
            return f"Every {step} hours"
    elif len(seconds) == len(hours) == 1:
        step, unit = pace(minutes), "minute"
    elif len(hours) == 1:
        unit = "second"
        flowing = seconds[0] == 0 and len(seconds) * (seconds[1] - seconds[0]) == 60
        if len(minutes) == 1 or (flowing and minutes[-1] - minutes[0] == len(minutes) - 1):
            step = pace(seconds)
    if step is None:
        return None
    start = _clock(hours[0], minutes[0], seconds[0], fine=unit == "second")
    end = _clock(hours[-1], minutes[-1], seconds[-1], fine=unit == "second")
    return f"Every {unit if step == 1 else counted(step, unit)} from {start} to {end}"


def _single_times(seconds: Sequence[int], minutes: Sequence[int], hours: Sequence[int]) -> str | None:
    count = len(seconds) * len(minutes) * len(hours)
    if count > (_MOST_TIMES * 3 // 2 if count == len(hours) else _MOST_TIMES):
        return None
    fine = any(seconds)
    return "At " + joined([_clock(*time, fine=fine) for time in product(hours, minutes, seconds)])


def _paced(unit: str, values: Sequence[int], past: str) -> str:
    """Several of the 60 seconds or minutes; ``past`` names what they are counted from."""
    if len(values) == 60:
        return f"Every {unit}"
    step = values[1] - values[0]
    if _divides(step, values, 60):
        if values[0] == 0:
            return f"Every {counted(step, unit)}"
        if len(values) > 2:
            return f"Every {counted(step, unit)}, starting at {counted(values[0], unit)} {past}"
    if pace(values):
        every = unit if step == 1 else counted(step, unit)
        return f"Every {every} from {values[0]} to {counted(values[-1], unit)} {past}"
    return f"At {listed(values)} {unit}s {past}"


def _once_an_hour(second: int, minute: int, past: str) -> str:
    if second == minute == 0:
        return "Every hour" if past == "past every" else "On the hour"
    parts = [counted(number, unit) for number, unit in ((minute, "minute"), (second, "second")) if number]
    return f"At {joined(parts)} {past} hour"


def _in_minutes(minutes: Sequence[int], hours: Sequence[int]) -> str:
    if len(minutes) == 60:
        return ""
    return f", during {_members('minute', minutes)} of {'every' if len(hours) == 24 else 'the'} hour"


def _in_hours(hours: Sequence[int]) -> str:
    if len(hours) == 24:
        return ""
    windows = [f"between {first:02}:00 and {last:02}:59" for first, last in runs(hours)]
    return ", " + (joined(windows) if len(windows) < 3 else f"during {_members('hour', hours)}")


def _members(unit: str, values: Sequence[int]) -> str:
    step = pace(values)
    if step and len(values) >= _LONG and not is_run(values):
        return f"every {ordinal(step)} {unit} from {values[0]} to {values[-1]}"
    return f"{unit if len(values) == 1 else f'{unit}s'} {listed(values)}"


def _divides(step: int, values: Sequence[int], size: int) -> bool:
    """Whether ``values`` follow each other at ``step`` even from the last to the first of the next turn."""
    return list(values) == list(range(values[0], size, step)) and len(values) * step == size


def _clock(hour: int, minute: int, second: int, *, fine: bool) -> str:
    return f"{hour:02}:{minute:02}:{second:02}" if fine or second else f"{hour:02}:{minute:02}"
