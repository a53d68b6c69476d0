"""Idleness of a triggered run: no byte of output and no change of CPU time (spec 6.4)."""

from __future__ import annotations

from collections.abc import Hashable

POLL_SECONDS = 1.0
_SUSPENDED_SECONDS = 30.0
"""A longer gap between two looks: the machine slept, which is no silence of the job."""


class Idleness:
    """Both silences of one run, from looks about a second apart. Times are monotonic seconds."""

    def __init__(self, started: float) -> None:
        self._looked = started
        self._quiet_since = started
        self._busy_at = started
        self._ticks: Hashable = None

    def look(self, at: float, last_output: float, ticks: Hashable) -> float:
        """Seconds for which there was neither output nor CPU use.

        ``ticks`` is the CPU time of the process and its descendants; any difference, also a drop when one of
        them has exited, is activity.
        """
        gap = at - self._looked
        if gap > _SUSPENDED_SECONDS:
            self._quiet_since += gap
            self._busy_at += gap
        self._looked = at
        self._quiet_since = max(self._quiet_since, last_output)
        if ticks != self._ticks:
            self._ticks = ticks
            self._busy_at = at
        return at - max(self._quiet_since, self._busy_at)
