"""When a job that keeps changing is looked at: after some quiet, and in any case after a while (spec 5.4)."""

from __future__ import annotations

from wjtui.engine.catalog.discover import JobKey

DEFAULT_QUIET_SECONDS = 5.0
_SHORTEST, _LONGEST = 1.0, 30.0
_PATIENCE_SECONDS = 60.0


class Debounce:
    """Changed jobs and when each is due; a busy one postpones no other. Times are monotonic seconds."""

    def __init__(self, quiet_seconds: float = DEFAULT_QUIET_SECONDS) -> None:
        """``quiet_seconds`` without a further change make a job due; taken between 1 and 30."""
        self._quiet = min(max(quiet_seconds, _SHORTEST), _LONGEST)
        self._first: dict[JobKey, float] = {}
        self._due: dict[JobKey, float] = {}

    def touch(self, job: JobKey, now: float) -> None:
        """A change was seen: due after the quiet time, but at most 60 s after the first of a series."""
        first = self._first.setdefault(job, now)
        self._due[job] = min(now + self._quiet, first + _PATIENCE_SECONDS)

    def at_once(self, job: JobKey, now: float) -> None:
        """Due without any quiet time: the change is complete, because we made it."""
        self._first[job] = now - _PATIENCE_SECONDS
        self._due[job] = now

    def take(self, now: float) -> frozenset[JobKey]:
        """The jobs that are due, which are then forgotten."""
        due = frozenset(job for job, at in self._due.items() if at <= now)
        for job in due:
            del self._first[job], self._due[job]
        return due

    @property
    def next_due(self) -> float | None:
        """When the next job is due; None while nothing changed."""
        return min(self._due.values(), default=None)
