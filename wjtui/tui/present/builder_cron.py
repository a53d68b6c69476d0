"""The builder's controls for an expression: what they write, and how they show one that was written."""

from __future__ import annotations

import re

from wjtui.model.errors import InvalidSchedule
from wjtui.schedule.cron import Cron, parse
from wjtui.schedule.fields import FIELDS, Field, read_field, shown, split, write_field
from wjtui.schedule.parts import (
    At,
    Days,
    EveryDay,
    Hours,
    Minutes,
    MonthDays,
    OwnDays,
    OwnTime,
    Parts,
    Time,
    WeekDays,
    parts_of,
    write_parts,
)
from wjtui.tui.present.builder_answers import Answers

OF_EXPRESSION = frozenset(
    ("time", "minutes", "hours", "minute", "at", "days", "weekdays", "monthdays", "months")
)
"""Controls that write the expression."""
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_WHOLE = re.compile(r"[0-9]{1,4}")
_FIRST_DAY, _FIRST_MONTH = FIELDS[3], FIELDS[4]
_FIELDS = len(FIELDS)


class Wrong(ValueError):
    """A control that says nothing usable: its field, and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def written(answers: Answers) -> tuple[str | None, dict[str, str]]:
    """The expression that the controls say, or None and what is wrong with them: field -> sentence."""
    errors: dict[str, str] = {}
    found: list[object] = []
    for read in (_time, _days, _months):
        try:
            found.append(read(answers))
        except Wrong as wrong:
            errors[wrong.field] = wrong.reason
    if errors:
        return None, errors
    time, days, months = found
    return write_parts(Parts(time, days, months)), {}  # type: ignore[arg-type]


def with_expression(answers: Answers, text: str) -> Answers:
    """The same with this expression, and the controls set to what it says; as they were if it is none."""
    answers = answers._replace(expression=text)
    try:
        return _shown(answers, parse(text))
    except InvalidSchedule:
        return answers


def _shown(answers: Answers, cron: Cron) -> Answers:
    parts = parts_of(cron)
    months = write_field(_FIRST_MONTH, parts.months) if parts.months else ""
    return _show_days(_show_time(answers, parts.time), parts.days)._replace(months=months)


def _show_time(answers: Answers, time: Time) -> Answers:
    match time:
        case Minutes(every=every):
            return answers._replace(time="minutes", minutes=str(every))
        case Hours(every=every, minute=minute):
            return answers._replace(time="hours", hours=str(every), minute=str(minute))
        case At(hour=hour, minute=minute, second=second):
            clock = f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")
            return answers._replace(time="at", at=clock)
        case OwnTime():
            return answers._replace(time="own")


def _show_days(answers: Answers, days: Days) -> Answers:
    match days:
        case EveryDay():
            return answers._replace(days="all")
        case WeekDays(days=chosen):
            return answers._replace(days="week", weekdays=chosen)
        case MonthDays(days=chosen):
            return answers._replace(days="month", monthdays=write_field(_FIRST_DAY, chosen))
        case OwnDays():
            return answers._replace(days="own")


def _time(answers: Answers) -> Time:
    match answers.time:
        case "minutes":
            return Minutes(_number(answers.minutes, "minutes", 1, 59, "minutes"))
        case "hours":
            every = _number(answers.hours, "hours", 1, 23, "hours")
            return Hours(every, _number(answers.minute, "hours", 0, 59, "minute"))
        case "at":
            return _at(answers.at)
        case _:
            return OwnTime(" ".join(_own(answers)[:3]))


def _at(text: str) -> At:
    found = _CLOCK.fullmatch(text.strip())
    hour, minute, second = (int(number or 0) for number in found.groups()) if found else (24, 0, 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Wrong("at", f"'{shown(text)}' is no time of day: write 02:00 or 02:00:30.")
    return At(hour, minute, second)


def _days(answers: Answers) -> Days:
    match answers.days:
        case "all":
            return EveryDay()
        case "week":
            if not answers.weekdays:
                raise Wrong("weekdays", "Tick a day, or choose every day.")
            return WeekDays(answers.weekdays) if len(answers.weekdays) < 7 else EveryDay()
        case "month":
            days = _values(_FIRST_DAY, answers.monthdays, "monthdays")
            return MonthDays(days) if len(days) < len(_FIRST_DAY.all) else EveryDay()
        case _:
            words = _own(answers)
            return OwnDays(words[3], words[5])


def _months(answers: Answers) -> tuple[int, ...]:
    if not answers.months.strip():
        return ()
    months = _values(_FIRST_MONTH, answers.months, "months")
    return months if len(months) < len(_FIRST_MONTH.all) else ()


def _own(answers: Answers) -> list[str]:
    """The six fields as they are written, of which some are to stay as they are."""
    words = [word.text for word in split(answers.expression)]
    if len(words) != _FIELDS:
        raise Wrong("expression", "Write the expression with six fields, or choose a time and days.")
    return words


def _number(text: str, field: str, low: int, high: int, what: str) -> int:
    number = int(text) if _WHOLE.fullmatch(text.strip()) else -1
    if not low <= number <= high:
        raise Wrong(field, f"'{shown(text)}' {what}: write a whole number from {low} to {high}.")
    return number


def _values(field: Field, text: str, name: str) -> tuple[int, ...]:
    """A list as people write it: blanks behind commas are theirs to have."""
    try:
        return read_field(field, re.sub(r" *, *", ",", text.strip())).values
    except InvalidSchedule as error:
        raise Wrong(name, error.message) from None
