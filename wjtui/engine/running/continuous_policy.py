"""What to do after a continuous job's process has ended: pure decisions (spec 5.2)."""

from __future__ import annotations

from datetime import timedelta

from wjtui.model.runs import Exit

LIVED_LONG = timedelta(seconds=120)
"""A launch that lived this long is started again at once."""
FAILED_LAUNCH = timedelta(seconds=60)
"""The least wait after a launch that did not come about."""
SHORTAGE = timedelta(seconds=1)
"""The same where engine or machine had no room for it: the job is back within two seconds of it (R8)."""
STARTS_A_MINUTE = 60
SHORT = timedelta(seconds=10)
ENDS_BY_ITSELF_AFTER = 3
_MINUTE = 60.0


def restart_delay(lived: timedelta | None, restart_time: timedelta, *, shortage: bool = False) -> timedelta:
    """How long to wait before the next launch; ``lived`` None: there was no process at all."""
    if shortage:
        return SHORTAGE
    if lived is None:
        return max(FAILED_LAUNCH, restart_time)
    return timedelta(0) if lived >= LIVED_LONG else max(timedelta(0), restart_time)


class StartBrake:
    """At most 60 starts a minute and job: the 61st waits until the first is a minute old (spec 5.2)."""

    __slots__ = ("_starts",)

    def __init__(self) -> None:
        self._starts: list[float] = []

    def started(self, at: float) -> None:
        """A launch took place; ``at`` in monotonic seconds."""
        self._starts = [*self._starts[-STARTS_A_MINUTE + 1 :], at]

    def wait_at(self, at: float) -> timedelta:
        """How long a start at this moment has to wait."""
        if len(self._starts) < STARTS_A_MINUTE:
            return timedelta(0)
        return timedelta(seconds=max(0.0, self._starts[0] + _MINUTE - at))


class ShortEnds:
    """Counts ends with exit code 0 within 10 s: three in a row mean that the job has no loop."""

    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = 0

    def ended(self, exit: Exit | None, lived: timedelta | None) -> None:
        """A launch ended by itself."""
        quick = exit is not None and exit.ok and lived is not None and lived <= SHORT
        self._count = self._count + 1 if quick else 0

    @property
    def lacks_loop(self) -> bool:
        """Whether the job carries the note that it ends by itself."""
        return self._count >= ENDS_BY_ITSELF_AFTER


class Health:
    """Judges a job by what is found of it: so many faults in a row make it unhealthy, one good look well."""

    __slots__ = ("_faults", "_threshold", "unhealthy")

    def __init__(self, threshold: int) -> None:
        self._threshold = threshold
        self._faults = 0
        self.unhealthy = ""
        """The newest fault of a job that is unhealthy; empty: it counts as well."""

    def look(self, fault: str) -> bool:
        """One more look, which found a fault or, if empty, none; whether the judgement turned."""
        before = bool(self.unhealthy)
        self._faults = self._faults + 1 if fault else 0
        self.unhealthy = fault if self._faults >= self._threshold else ""
        return bool(self.unhealthy) != before


def seconds_text(delay: timedelta) -> str:
    """Seconds as the log line shows them: whole ones without a fraction, rounded up else."""
    return str(int(-(-delay.total_seconds() // 1)))
