"""The days of an expression in plain English: Monday to Friday, on the 1st of every month."""

from __future__ import annotations

from collections.abc import Sequence

from wjtui.schedule.fields import MONTHS, WEEKDAYS
from wjtui.schedule.lists import is_run, joined, listed, ordinal, pace

_LONG = 5
_SHORTEST_MONTH = 28


def words_of_days(days: Sequence[int], months: Sequence[int], weekdays: Sequence[int]) -> str:
    """On which days an expression fires; empty: every day. Both kinds of day must match (spec 7.1)."""
    any_day, any_weekday = len(days) == 31, len(weekdays) == 7
    if any_day and any_weekday:
        return _in_months(months)
    if any_weekday:
        return _on_dates(days, months)
    if any_day:
        said = _on_weekdays(weekdays)
    else:
        said = f"on days that are both {_a_date(days)} and {_a_weekday(weekdays)}"
    return f"{said} {_in_months(months)}".rstrip()


def month_names(months: Sequence[int]) -> str:
    """``January``, ``June to August``."""
    return listed(months, lambda month: MONTHS[month - 1])


def _in_months(months: Sequence[int]) -> str:
    if len(months) == 12:
        return ""
    return f"{'from' if is_run(months) else 'in'} {month_names(months)}"


def _on_dates(days: Sequence[int], months: Sequence[int]) -> str:
    if len(days) == len(months) == 1:
        return f"on {days[0]} {month_names(months)}"
    of = "of every month" if len(months) == 12 else f"of {month_names(months)}"
    if len(days) == 1 and days[0] > _SHORTEST_MONTH and len(months) == 12:
        of += " that has one"
    if said := _every_nth(days):
        return f"on {said} {of}"
    return f"on the {listed(days, ordinal)} {of}"


def _every_nth(days: Sequence[int]) -> str | None:
    step = pace(days)
    if step is None or step == 1 or len(days) < _LONG:
        return None
    return f"every {ordinal(step)} day from the {ordinal(days[0])} to the {ordinal(days[-1])}"


def _a_date(days: Sequence[int]) -> str:
    return _every_nth(days) or f"the {listed(days, ordinal, 'or')}"


def _on_weekdays(weekdays: Sequence[int]) -> str:
    days = _week(weekdays)
    plain = listed(days, _weekday)
    return plain if " to " in plain else "on " + listed(days, lambda day: _weekday(day) + "s")


def _a_weekday(weekdays: Sequence[int]) -> str:
    days = _week(weekdays)
    if is_run(days):
        return f"a day from {listed(days, _weekday)}"
    return "a " + joined([_weekday(day) for day in days], "or")


def _week(weekdays: Sequence[int]) -> list[int]:
    """From Monday, with Sunday as 7; from Sunday, as 0, where Monday follows it."""
    if 0 in weekdays and 1 not in weekdays:
        return [*weekdays[1:], 7]
    return list(weekdays)


def _weekday(day: int) -> str:
    return WEEKDAYS[day % 7]
