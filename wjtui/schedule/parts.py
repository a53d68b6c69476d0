"""An expression in the parts that people think in: when on a day, on which days and months; and back."""

from __future__ import annotations

from wjtui.model.base import Value
from wjtui.schedule.cron import Cron
from wjtui.schedule.fields import FIELDS, split, write_field

_SECOND, _MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY = FIELDS


class Minutes(Value, frozen=True):
    """Every so many minutes, counted from each full hour: 1 to 59."""

    every: int


class Hours(Value, frozen=True):
    """Every so many hours, counted from midnight: 1 to 23."""

    every: int
    minute: int = 0


class At(Value, frozen=True):
    """At one time of day."""

    hour: int
    minute: int = 0
    second: int = 0


class OwnTime(Value, frozen=True):
    """Whatever else the fields second, minute and hour can say, as they are written."""

    text: str


class EveryDay(Value, frozen=True):
    """No day is left out."""


class WeekDays(Value, frozen=True):
    """On these days of the week: Monday is 0, sorted, at least one and not all seven."""

    days: tuple[int, ...]


class MonthDays(Value, frozen=True):
    """On these days of the month: 1 to 31, sorted, at least one and not all of them."""

    days: tuple[int, ...]


class OwnDays(Value, frozen=True):
    """Days of the month that must be certain days of the week, too: both fields as they are written."""

    day: str
    weekday: str


Time = Minutes | Hours | At | OwnTime
Days = EveryDay | WeekDays | MonthDays | OwnDays


class Parts(Value, frozen=True):
    """Everything that an expression says."""

    time: Time
    days: Days = EveryDay()
    months: tuple[int, ...] = ()
    """1 to 12, sorted; empty: all of them."""


def parts_of(cron: Cron) -> Parts:
    """The parts of an expression. What they have no word for is in ``OwnTime`` and ``OwnDays``."""
    words = [word.text for word in split(cron.text)]
    seconds, minutes, hours, days, months, weekdays = cron.fields
    every_month = len(months) == len(_MONTH.all)
    return Parts(
        _time(seconds, minutes, hours) or OwnTime(" ".join(words[:3])),
        _days(days, weekdays) or OwnDays(words[3], words[5]),
        () if every_month else months,
    )


def write_parts(parts: Parts) -> str:
    """The expression that says this."""
    day, weekday = _written_days(parts.days)
    month = write_field(_MONTH, parts.months) if parts.months else "*"
    return f"{_written_time(parts.time)} {day} {month} {weekday}"


def _time(seconds: tuple[int, ...], minutes: tuple[int, ...], hours: tuple[int, ...]) -> Time | None:
    if len(seconds) > 1:
        return None
    if len(hours) == len(minutes) == 1:
        return At(hours[0], minutes[0], seconds[0])
    if seconds == (0,) and len(minutes) == 1 and (step := _step(hours, _HOUR.all)):
        return Hours(step, minutes[0])
    if seconds == (0,) and len(hours) == len(_HOUR.all) and (step := _step(minutes, _MINUTE.all)):
        return Minutes(step)
    return None


def _step(values: tuple[int, ...], whole: range) -> int | None:
    """The distance at which they follow each other from the first possible one to the end."""
    step = values[1] - values[0] if len(values) > 1 else 0
    return step if step and values == tuple(whole[::step]) else None


def _days(days: tuple[int, ...], weekdays: tuple[int, ...]) -> Days | None:
    every_day, every_weekday = len(days) == len(_DAY.all), len(weekdays) == len(_WEEKDAY.all)
    if every_day and every_weekday:
        return EveryDay()
    if every_day:
        return WeekDays(tuple(sorted((day - 1) % 7 for day in weekdays)))
    return MonthDays(days) if every_weekday else None


def _written_time(time: Time) -> str:
    match time:
        case Minutes(every=every):
            return f"0 {_every(every)} *"
        case Hours(every=every, minute=minute):
            return f"0 {minute} {_every(every)}"
        case At(hour=hour, minute=minute, second=second):
            return f"{second} {minute} {hour}"
        case OwnTime(text=text):
            return text


def _written_days(days: Days) -> tuple[str, str]:
    match days:
        case EveryDay():
            return "*", "*"
        case WeekDays(days=chosen):
            return "*", write_field(_WEEKDAY, sorted((day + 1) % 7 for day in chosen))
        case MonthDays(days=chosen):
            return write_field(_DAY, chosen), "*"
        case OwnDays(day=day, weekday=weekday):
            return day, weekday


def _every(number: int) -> str:
    return "*" if number == 1 else f"*/{number}"
