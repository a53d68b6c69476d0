"""Gaps: the scheduled instants of one job that brought no run, written down, told and logged (spec 7.5)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.history.missed import FILE, MissedLog, read_missed, write_missed
from wjtui.engine.rooms import Rooms
from wjtui.engine.scheduling.damaged import set_aside
from wjtui.engine.scheduling.log import Line, SchedulerLog, info, local, warning
from wjtui.engine.scheduling.plan import Plan
from wjtui.model.events import Tone
from wjtui.model.schedules import Missed, MissedReason

log = logging.getLogger(__name__)

_FLUSH_SECONDS = 5.0
"""Between two writes of a stretch that grows: an each-second schedule may be blocked for hours."""
_SKIPPED = {
    MissedReason.RUNNING: "previous run still active",
    MissedReason.STOPPED: "WebJobs are stopped by configuration (WEBJOBS_STOPPED)",
}
_PASSED = {
    MissedReason.PAUSED: "while the schedule was paused",
    MissedReason.OFF: "while WEBJOBS_DISABLE_SCHEDULE was set",
}


class Gaps:
    """One notice a stretch, one event and one log line each time it grows, a write every five seconds."""

    def __init__(self, rooms: Rooms, definition: Definition, lines: SchedulerLog) -> None:
        self._rooms = rooms
        self._job = definition.id
        self._lines = lines
        folder = definition.data
        self._missed = MissedLog(folder)
        if self._missed.damaged:
            stretches, _ = read_missed(folder)
            set_aside(rooms, folder / FILE, definition.id)
            self._guard(lambda: write_missed(folder, stretches))
        self._flush_at: float | None = None

    @property
    def latest(self) -> datetime | None:
        """The latest instant that is known to have brought no run."""
        return self._missed.newest.latest if self._missed.newest is not None else None

    @property
    def stretches(self) -> list[Missed]:
        """The last 200, newest first."""
        return self._missed.stretches()

    def add(self, plan: Plan, reason: MissedReason, after: datetime, before: datetime, why: str = "") -> None:
        """What the plan has strictly between the two brought no run; ``why`` tells more than the reason."""
        if plan.timetable is None:
            return
        first, count = plan.timetable.next_after(after), plan.timetable.count_between(after, before)
        latest = plan.timetable.last_before(before, after)
        if first is None or latest is None or not count:
            return
        newest, stretch = self._missed.newest, Missed(reason, count, first, latest)
        # Unbroken: not one instant between the two, over restarts too.
        goes_on = (
            newest is not None
            and newest.reason is reason
            and plan.timetable.next_after(newest.latest) == first
        )
        if goes_on:
            self._rooms.state.tell_missed(self._job, self._missed.extend(stretch))
        else:
            self._guard(lambda: self._missed.begin(stretch))
            self._rooms.state.tell_missed(self._job, stretch)
        if self._flush_at is None:
            self._flush_at = self._rooms.clock.monotonic() + _FLUSH_SECONDS
        self._lines.write(_line(plan, stretch, why))
        # Whoever switches a schedule off knows that it does not run.
        if not goes_on and reason not in _PASSED:
            text = _sentence(self._job.name, plan, stretch, why)
            self._rooms.state.raise_notice(text, Tone.WARNING, self._job, "missed")

    def tidy(self, monotonic: float) -> bool:
        """Write what it is time for; True: more waits."""
        if self._flush_at is not None and monotonic >= self._flush_at:
            self.flush()
        return self._flush_at is not None

    def flush(self) -> None:
        """Write the newest stretch as it is."""
        if self._flush_at is not None:
            self._flush_at = None
            self._guard(self._missed.flush)

    def _guard(self, write: Callable[[], None]) -> None:
        """A disk that refuses is logged; the newest stretch is known all the same while the engine lives."""
        try:
            write()
        except OSError as error:
            log.warning("missed.jsonl of %s was not written: %s", self._job, error)


def _line(plan: Plan, stretch: Missed, why: str) -> Line:
    at = local(stretch.latest, plan.zone)
    if stretch.reason in _PASSED:
        return info(f"{stretch.count} schedules passed {_PASSED[stretch.reason]}, most recent at {at}")
    if stretch.reason is MissedReason.DOWN:
        return warning(f"Missed {stretch.count} schedules, most recent at {at}")
    return warning(f"Skipped: {why or _SKIPPED.get(stretch.reason, stretch.reason.value)}")


def _sentence(name: str, plan: Plan, stretch: Missed, why: str) -> str:
    if stretch.reason is MissedReason.DOWN:
        runs = "1 scheduled run" if stretch.count == 1 else f"{stretch.count:,} scheduled runs"
        at = local(stretch.latest, plan.zone)
        return f"'{name}' missed {runs}, most recent at {at}: no engine ran, or its clock jumped."
    why = why or _SKIPPED.get(stretch.reason, stretch.reason.value)
    return f"'{name}' was not started at {local(stretch.first, plan.zone)}: {why}."
