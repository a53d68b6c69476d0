"""A recurrence as the object that ``settings.job`` has of it (spec 7.7): the way back from reading one."""

from __future__ import annotations

from typing import Any

from wjtui.schedule.recurrence import Kind, Recurrence
from wjtui.schedule.recurrence_file import OCCURRENCES, WEEKDAYS

_NAMES = {number: name for name, number in OCCURRENCES.items()}
_SHORT = 3


def write_recurrence(recurrence: Recurrence) -> dict[str, Any]:
    """The object, in the order of the specification and without what goes without saying but ``start``."""
    written: dict[str, Any] = {"kind": recurrence.kind.value}
    if recurrence.kind is Kind.EVERY:
        written["unit"] = str(recurrence.unit)
        written["n"] = recurrence.n
    written["start"] = recurrence.start.isoformat() if recurrence.start is not None else "now"
    if recurrence.end is not None:
        written["end"] = recurrence.end.isoformat()
    if recurrence.count is not None:
        written["count"] = recurrence.count
    if recurrence.weekdays:
        written["weekdays"] = [weekday_name(day) for day in recurrence.weekdays]
    if recurrence.month_weekdays:
        written["month_weekdays"] = [
            {"day": weekday_name(one.weekday), "occurrence": _NAMES[one.occurrence]}
            for one in recurrence.month_weekdays
        ]
    for key in ("month_days", "hours", "minutes"):
        if values := getattr(recurrence, key):
            written[key] = list(values)
    if recurrence.time_zone is not None:
        written["time_zone"] = recurrence.time_zone
    return written


def weekday_name(day: int) -> str:
    """``mon``: a day of the week as the object calls it; Monday is 0."""
    return WEEKDAYS[day][:_SHORT]


def occurrence_name(occurrence: int) -> str:
    """``first`` to ``fifth``, ``last``."""
    return _NAMES[occurrence]
