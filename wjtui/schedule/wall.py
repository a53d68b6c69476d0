"""Wall time and instant: which instants a wall time means in a zone, and when its clocks change (spec 7.4).

Wall times are naive. Instants are aware UTC datetimes. Offsets are local time minus UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from wjtui.model.base import Value

SECOND = timedelta(seconds=1)
REACH = timedelta(hours=26)
"""No change of clocks moves wall time further: Apia and Kwajalein left out a day of 24 hours."""
_STEP = timedelta(days=6)
"""No zone has changed its clocks twice within 6.9 days since 1970 (Gaza and Boa Vista come closest)."""


class ClockChange(Value, frozen=True):
    """A moment at which the clocks of a zone are moved."""

    at: datetime
    """The first instant with the new offset."""
    before: timedelta
    after: timedelta

    @property
    def shift(self) -> timedelta:
        """How far the clocks go forward; negative: back."""
        return self.after - self.before

    @property
    def old_wall(self) -> datetime:
        """What the clocks would have shown at ``at`` without the change."""
        return naive(self.at, self.before)

    @property
    def new_wall(self) -> datetime:
        """What the clocks show at ``at``."""
        return naive(self.at, self.after)


def naive(instant: datetime, offset: timedelta) -> datetime:
    """The wall time at an instant with that offset."""
    return instant.astimezone(UTC).replace(tzinfo=None) + offset


def wall_time(instant: datetime, zone: tzinfo) -> datetime:
    """What the clocks of the zone show."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def offset_at(instant: datetime, zone: tzinfo) -> timedelta:
    """The zone's offset at an instant."""
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def instants_of(wall: datetime, zone: tzinfo, *, both_passes: bool) -> tuple[datetime, ...]:
    """When something due at a wall time happens: at one instant, or at two.

    A time that the clocks leave out is read with the offset before the change. A time that they show twice is
    the second one, or both with ``both_passes``.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if second <= first:
        return (first,)
    return (first, second) if both_passes else (second,)


def change_near(instant: datetime, zone: tzinfo) -> ClockChange | None:
    """The change of clocks so close to an instant that wall order is not time order there."""
    return _change_between(instant - REACH, instant, zone) or _change_between(instant, instant + REACH, zone)


def changes_between(after: datetime, before: datetime, zone: tzinfo) -> Iterator[ClockChange]:
    """The changes later than ``after`` and earlier than ``before``: 61 looks a year."""
    while after < before:
        until = min(after + _STEP, before - SECOND)
        if (change := _change_between(after, until, zone)) is not None:
            yield change
        after += _STEP


def _change_between(after: datetime, until: datetime, zone: tzinfo) -> ClockChange | None:
    """The one change later than ``after`` and not later than ``until``, to the second."""
    before, now = offset_at(after, zone), offset_at(until, zone)
    if before == now:
        return None
    low, high = after.replace(microsecond=0), until.replace(microsecond=0)
    while high - low > SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if offset_at(middle, zone) == before:
            low = middle
        else:
            high = middle
    return ClockChange(high, before, now)
