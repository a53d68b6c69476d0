"""What lies ahead of a schedule: its next runs, how often it runs, and what changes of clocks do to it."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from wjtui.model.base import Value
from wjtui.schedule.lists import counted
from wjtui.schedule.shifts import words_of_changes
from wjtui.schedule.timetable import Timetable
from wjtui.schedule.wall import SECOND, ClockChange, changes_between

_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)
_LOOKED_AT = 60
"""Runs looked at for the shortest gap, as far as they come within a year: some 10 ms."""
_DAILY, _WEEKLY = 364, 52


class Preview(Value, frozen=True):
    """What a schedule will do from one moment on."""

    runs: tuple[datetime, ...]
    """The next instants, aware and UTC; fewer than asked for where no more come."""
    shortest_gap: timedelta | None
    """Between two runs among the next sixty or so; None: there are fewer than two."""
    per_day: int
    """Runs within 24 hours, the first of ``runs`` included."""
    per_week: int
    """Runs within 7 days, the first of ``runs`` included."""
    per_year: int
    """Runs in the year that follows the first of ``runs``."""
    change: ClockChange | None
    """The next change of clocks in the schedule's zone within a year."""
    sentences: tuple[str, ...]
    """How often it runs, and what changes of clocks do to it."""


def preview(
    timetable: Timetable, now: datetime, zone: tzinfo, count: int = 10, viewer: tzinfo | None = None
) -> Preview:
    """The next ``count`` runs and what to know of them.

    ``zone`` is the schedule's; ``viewer`` the one that its reader's clocks show, where that is another one.
    """
    ahead = _runs(timetable, now, count)
    first = ahead[0] if ahead else now
    year = _year_after(first)
    from_first = first - SECOND
    per_day, per_week = (timetable.count_between(from_first, first + days * _DAY) for days in (1, 7))
    per_year = timetable.count_between(first, year + SECOND)
    if timetable.next_after(year) is None:
        pace = _remainder(timetable.count_between(from_first, year + SECOND))
    else:
        pace = _pace(per_year, (year - first) / _DAY)
    return Preview(
        runs=tuple(ahead[:count]),
        shortest_gap=min((later - earlier for earlier, later in pairwise(ahead)), default=None),
        per_day=per_day,
        per_week=per_week,
        per_year=per_year,
        change=next(changes_between(now, now + _YEAR, zone), None),
        sentences=(pace, *words_of_changes(timetable, now, zone, viewer)),
    )


def _runs(timetable: Timetable, now: datetime, count: int) -> list[datetime]:
    """The next ``count`` runs, and those behind them within a year up to sixty in all."""
    runs: list[datetime] = []
    at = timetable.next_after(now)
    while at is not None and (len(runs) < count or (len(runs) < _LOOKED_AT and at < now + _YEAR)):
        runs.append(at)
        at = timetable.next_after(at)
    return runs


def _year_after(at: datetime) -> datetime:
    try:
        return at.replace(year=at.year + 1)
    except ValueError:
        return at.replace(year=at.year + 1, month=3, day=1)


def _remainder(left: int) -> str:
    if left == 0:
        return "No run is ahead."
    return "1 more run, then none." if left == 1 else f"{left:,} more runs, then none."


def _pace(per_year: int, days: float) -> str:
    """How often it runs, as the mean of a year of so many days."""
    if per_year >= _DAILY:
        day, about = _rounded(per_year / days)
        return f"{about}{day:,} {_runs_word(day)} a day, {_rounded(per_year * 7 / days)[0]:,} a week."
    if per_year >= _WEEKLY:
        week, about = _rounded(per_year * 7 / days)
        return f"{about}{week} {_runs_word(week)} a week, {per_year} a year."
    return f"{counted(per_year, 'run')} a year." if per_year else "Less than one run a year."


def _runs_word(number: int) -> str:
    return "run" if number == 1 else "runs"


def _rounded(exact: float) -> tuple[int, str]:
    """The nearest whole number, and the word that says so where that is more than a hair away."""
    return round(exact), "" if abs(exact - round(exact)) < 0.02 * exact else "About "
