"""What is filled in on the schedule builder: everything that its controls hold, and which of them count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

CRON, EVERY, ONCE, MANUAL = "cron", "every", "once", "manual"


class Answers(NamedTuple):
    """One value a control; texts are as typed. Days of the week: Monday is 0."""

    kind: str = CRON
    expression: str = ""

    # An expression by its parts
    time: str = "at"
    """``minutes``, ``hours``, ``at`` or ``own``."""
    minutes: str = "15"
    hours: str = "1"
    minute: str = "0"
    at: str = "02:00"
    days: str = "all"
    """``all``, ``week``, ``month`` or ``own``."""
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    monthdays: str = "1"
    months: str = ""

    # A recurrence; the first two are for a single start, too
    start: str = "now"
    """``now`` or ``at``."""
    start_at: str = ""
    n: str = "1"
    unit: str = "day"
    week: tuple[int, ...] = ()
    """None: the day of the week of the start."""
    month: str = "same"
    """``same``, ``days``, ``weekdays`` or ``nth``."""
    month_days: str = "1"
    month_week: tuple[int, ...] = (0,)
    nth: tuple[tuple[int, int], ...] = ((1, 0),)
    """Occurrence and day: the first Monday."""
    clock_hours: str = ""
    clock_minutes: str = ""
    end: str = "never"
    """``never``, ``at`` or ``after``."""
    end_at: str = ""
    times: str = "10"

    zone: str = ""


def fields_of(answers: Answers) -> frozenset[str]:
    """The fields that count, by name; the others are not shown."""
    return frozenset(_fields(answers))


def _fields(answers: Answers) -> Iterator[str]:
    yield "kind"
    match answers.kind:
        case "cron":
            yield from ("expression", "time", "days", "months", "zone")
            yield from {"minutes": ["minutes"], "hours": ["hours"], "at": ["at"]}.get(answers.time, [])
            yield from {"week": ["weekdays"], "month": ["monthdays"]}.get(answers.days, [])
        case "every":
            yield from ("start", "n", "end", "zone")
            if answers.unit in ("day", "week", "month"):
                yield "clock"
            if answers.unit == "week":
                yield "week"
            if answers.unit == "month":
                yield "month"
                yield from _MONTHLY.get(answers.month, [])
        case "once":
            yield from ("start", "zone")


_MONTHLY = {"days": ["month_days"], "weekdays": ["month_week"], "nth": ["nth"]}
