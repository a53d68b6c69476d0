"""Dates, times of day and spans as people write them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from wjtui.schedule.fields import MONTHS
from wjtui.schedule.lists import counted, joined

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def day_words(day: date) -> str:
    """``28 March 2027``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def clock_words(at: time | datetime) -> str:
    """``09:00``, with seconds where there are some."""
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def moment_words(at: datetime) -> str:
    """``1 March 2027 09:00``."""
    return f"{day_words(at)} {clock_words(at)}"


def span_words(span: timedelta) -> str:
    """``1 hour``, ``1 day and 30 minutes``: whole seconds, without a sign."""
    rest, parts = abs(span) // timedelta(seconds=1), []
    for unit, size in _UNITS:
        number, rest = divmod(rest, size)
        if number:
            parts.append(counted(number, unit))
    return joined(parts or ["0 seconds"])
