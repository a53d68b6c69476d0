"""A recurrence: once, or every N units from a start on (spec 7.7), as ``settings.job`` has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

import msgspec

from wjtui.model.base import Value
from wjtui.model.errors import InvalidSchedule
from wjtui.schedule.wall import instants_of

LAST = -1
"""``month_days`` and ``MonthWeekday.occurrence``: the last one of the month."""


class Kind(StrEnum):
    """How often."""

    ONCE = "once"
    EVERY = "every"


class Unit(StrEnum):
    """What ``n`` counts."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def is_even(self) -> bool:
        """Whether steps are equal spans of time, whatever the clocks show."""
        return self in (Unit.MINUTE, Unit.HOUR)


class MonthWeekday(Value, frozen=True):
    """The first Friday, the last Monday."""

    weekday: int
    """Monday is 0."""
    occurrence: int
    """1 to 5, or ``LAST``."""


class Recurrence(Value, frozen=True):
    """A valid recurrence. An instant without a zone is a wall time of the schedule's zone."""

    kind: Kind
    unit: Unit | None = None
    """None with ``once``."""
    n: int = 1
    start: datetime | None = None
    """None: when the recurrence is first seen. In whole seconds."""
    end: datetime | None = None
    """Nothing is due after it; at it, something may be."""
    count: int | None = None
    """How many times in all, those included that lie before the recurrence was first seen."""
    time_zone: str | None = None
    weekdays: tuple[int, ...] = ()
    """Monday is 0; sorted."""
    month_days: tuple[int, ...] = ()
    """1 to 31 and ``LAST``; a day that a month does not have is left out."""
    month_weekdays: tuple[MonthWeekday, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()

    @property
    def has_day_list(self) -> bool:
        """Whether the start says only from when on, and lists say on which days."""
        return bool(self.weekdays or self.month_days or self.month_weekdays)


def fingerprint(recurrence: Recurrence) -> str:
    """The recurrence as one stable text: the same for the same meaning, however the file writes it."""
    return msgspec.json.encode(recurrence, order="sorted").decode()


def instant_of(moment: datetime, zone: tzinfo) -> datetime:
    """The instant of a ``start`` or ``end``: a wall time of ``zone`` unless it has a zone of its own."""
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return instants_of(moment, zone, both_passes=False)[0]


def check_end(recurrence: Recurrence, zone: tzinfo | None = None) -> None:
    """Raise InvalidSchedule where the end lies before the start.

    ``zone`` is the schedule's. Without it, a start with a zone and an end without one, or the reverse, cannot
    be compared, and pass.
    """
    start, end = recurrence.start, recurrence.end
    if start is None or end is None:
        return
    if zone is not None:
        start, end = instant_of(start, zone), instant_of(end, zone)
    elif (start.tzinfo is None) != (end.tzinfo is None):
        return
    if end < start:
        text = (
            f"'end' lies before 'start' ({end.isoformat()} and {start.isoformat()}), so nothing is ever due."
        )
        raise InvalidSchedule(text, field="end")


def anchor_of(recurrence: Recurrence, zone: tzinfo, first_seen: datetime) -> datetime:
    """The instant from which the recurrence counts, in whole seconds.

    A start of ``now`` is the whole second after ``first_seen``: it lies in the future when the recurrence is
    seen, so the first run comes at once and is neither early nor a missed one. So does the one run of a
    ``once`` whose time had passed already.
    """
    soon = first_seen.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
    if recurrence.start is None:
        return soon
    start = instant_of(recurrence.start, zone)
    return max(start, soon) if recurrence.kind is Kind.ONCE else start
