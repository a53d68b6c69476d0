"""The time column of a log: by which clock, with the time since the line before, or not at all."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_STEP = 6


class TimeColumn(NamedTuple):
    """One way to show when a line was written."""

    name: str
    """What the head line calls it."""
    zone: tzinfo | None = None
    """None: the machine's own."""
    clock: bool = True
    delta: bool = False

    @property
    def width(self) -> int:
        """Cells it takes, without the blank behind it."""
        return 8 * self.clock + (_STEP + 1) * self.delta

    def text(self, at: datetime | None, before: datetime | None) -> str:
        """What stands there for a line of that time, ``width`` cells; ``before``: of the line before it."""
        clock = f"{at.astimezone(self.zone):%H:%M:%S}" if at is not None and self.clock else ""
        if not self.delta:
            return clock.ljust(self.width)
        step = since(before, at) if at is not None and before is not None else ""
        return f"{clock:<8} {step:>{_STEP}}"


def time_columns(zone: str) -> tuple[TimeColumn, ...]:
    """The ways there are, in the order of the key; ``zone``: the IANA name of the one to show times in."""
    shown = _zone(zone)
    other = TimeColumn("local") if zone == "UTC" else TimeColumn("UTC", _zone("UTC"))
    return (
        TimeColumn("clock", shown),
        TimeColumn("+delta", shown, delta=True),
        TimeColumn("off", shown, clock=False),
        other,
    )


def since(before: datetime, at: datetime) -> str:
    """Whole seconds from one line to the next, in at most six characters; lines know no fractions."""
    seconds = int((at - before).total_seconds())
    for size, unit in ((1, "s"), (60, "m"), (3600, "h"), (86_400, "d")):
        if abs(seconds) < 1000 * size:
            return f"{seconds // size if seconds >= 0 else -(-seconds // size):+d}{unit}"
    return "+long" if seconds > 0 else "-long"


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None  # its file is gone since it was chosen
