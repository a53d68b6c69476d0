"""ScheduledJob: what the scheduler knows of one triggered job. It decides and writes; it starts nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from wjtui.engine.catalog.discover import Definition
from wjtui.engine.rooms import Rooms
from wjtui.engine.scheduling.damaged import set_aside
from wjtui.engine.scheduling.gaps import Gaps
from wjtui.engine.scheduling.log import Line, SchedulerLog, error, expected, info, warning
from wjtui.engine.scheduling.memory import FILE, DamagedMemory, Memory, SwitchedOff, load_memory
from wjtui.engine.scheduling.plan import Plan, make_plan
from wjtui.model.jobs import Severity
from wjtui.model.runs import Run, RunId, RunRef, run_id_time
from wjtui.model.schedules import LaterStart, MissedReason, ScheduleState
from wjtui.model.starts import Waiting
from wjtui.schedule import due

log = logging.getLogger(__name__)

_SECOND = timedelta(seconds=1)
_OFF = {ScheduleState.PAUSED: MissedReason.PAUSED, ScheduleState.OFF: MissedReason.OFF}
_BROKEN = ("settings-invalid", "settings-unreadable")


class Runner(Protocol):
    """Who makes the runs of a job."""

    @property
    def idle(self) -> bool:
        """Whether no run is going or about to, as far as this engine knows."""

    async def start(
        self,
        arguments: str | None,
        trigger: str,
        *,
        scheduled: datetime | None = None,
        wanted: Callable[[], bool] | None = None,
    ) -> Run | Waiting:
        """Begin a run, or keep its start; ``wanted`` is asked once no other run can begin any more.

        Raises AlreadyRunning, Conflict, or NotWanted.
        """


class ScheduledJob:
    """One job's plan, what it waits for, and what was missed."""

    def __init__(self, rooms: Rooms, definition: Definition, runner: Runner, *, fresh: bool) -> None:
        """``fresh``: the job appeared while the engine ran, so nothing of it was missed before."""
        self._rooms = rooms
        self.definition = definition
        self.runner = runner
        self.log = SchedulerLog(rooms, definition.id)
        self.memory = self._load_memory()
        self.saved = self.memory
        """What the file says."""
        self.gaps = Gaps(rooms, definition, self.log)
        self.plan = Plan()
        self.state = ScheduleState.PENDING
        self.until: datetime | None = None
        """When the schedule is to be looked at; not always an instant of it."""
        self.next_run: datetime | None = None
        self.retry_later: datetime | None = None
        """When a start that was put off, and was refused, is tried again."""
        self.task: asyncio.Task[None] | None = None
        """What starts a run of it now."""
        self.gone = False
        """Whether its folder is not there any more."""
        now = rooms.clock.now()
        self._first_seen = now
        self._known_since = now if fresh else None
        moments = self.memory.since, self.gaps.latest
        # One that a wrong clock dated must not hide the other.
        self._since = max(
            (at for at in moments if at is not None and at <= now + due.BELIEVABLE), default=None
        )
        self._inputs: tuple[Any, ...] | None = None
        self._armed: tuple[datetime, datetime | None] | None = None
        self._newest: RunId | None = None
        self._last: datetime | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of its Job that the schedule decides."""
        schedule = self.plan.schedule
        return {
            "schedule": None if schedule is None else msgspec.structs.replace(schedule, state=self.state),
            "next_run": self.next_run,
            "later": self.memory.later,
            "problems": (*self.definition.problems, *self.plan.problems),
        }

    @property
    def unsaved(self) -> bool:
        """Whether the file may say something else than the memory."""
        return self.memory is not self.saved

    @property
    def later_at(self) -> datetime | None:
        """When the start that was put off is tried."""
        return None if self.memory.later is None else self.retry_later or self.memory.later.at

    @property
    def waits(self) -> bool:
        """Whether something is to be started some time or now."""
        return self.until is not None or self.memory.later is not None or self.task is not None

    @property
    def wakes_at(self) -> datetime | None:
        """When there is something to do for it; None: nothing, or it is being done."""
        if self.task is not None:
            return None
        until, later = self.until, self.later_at
        return min(until, later) if until is not None and later is not None else until or later

    def publish(self) -> None:
        """Tell what it waits for now."""
        self._rooms.state.update_job(self.definition.id.key, **self.facts)

    def read(self, now: datetime) -> bool:
        """Read the settings anew and arm; False: nothing changed that a schedule depends on."""
        settings, config = self.definition.settings, self._rooms.config
        broken = [problem.text for problem in self.definition.problems if problem.code in _BROKEN]
        inputs = (
            (settings.schedule, settings.raw.get("recurrence"), settings.time_zone, settings.run_mode),
            (settings.enabled, settings.misfire, broken),
            (config.time_zone, config.disable_schedule),
        )
        if inputs == self._inputs:
            return False
        first, self._inputs = self._inputs is None, inputs
        old = self.plan
        seen = self.memory.fingerprint, self.memory.first_seen or now
        off = config.disable_schedule
        self.plan = make_plan(settings, config.time_zone, now, seen=seen, off=off)
        if self._seen_elsewhere():
            seen = self.memory.fingerprint, self.memory.first_seen or now
            self.plan = make_plan(settings, config.time_zone, now, seen=seen, off=off)
        plan = self.plan
        if not first and (old.fingerprint, old.zone) != (plan.fingerprint, plan.zone):
            self._first_seen = self._known_since = now
        lines = [info("Removing current schedule from WebJob")] if old.waits and not plan.waits else []
        lines += [error(text) for text in broken]
        lines += self._complaints()
        self._switch(now)
        self.arm(now)
        if self.next_run is not None:
            ts = expected(self.next_run, now, plan.zone)
            lines.append(info(f"Scheduling WebJob with {plan.name} next schedule expected in {ts}"))
        self.log.write(*lines)
        return True

    def arm(self, now: datetime) -> None:
        """Find what the schedule waits for. What is due or missed by now is left to ``ask``."""
        self.until = self.next_run = self._armed = None
        if self.plan.schedule is not None:
            self.state = self.plan.schedule.state
        if not self.plan.waits:
            return
        if self.plan.once and self.memory.done:
            self.state = ScheduleState.DONE
            return
        match self._decide(self.last(), self._since, now):
            case due.Wait(until=until):
                self.until = self.next_run = until
                self._armed = until, self._last
            case due.Fire(occurrence=occurrence):
                self.until, self.next_run = now, occurrence
            case due.Missed(until=until):
                self.until, self.next_run = now, until
            case due.Never():
                self.state = ScheduleState.DONE if self.plan.once and self._ran_once else ScheduleState.ENDED

    def ask(self, now: datetime) -> due.Verdict:
        """What is to be done now that ``until`` has come."""
        if self._armed is not None:
            occurrence, last = self._armed
            # Most often nothing has happened meanwhile, and no one needs to ask the timetable again.
            if timedelta(0) <= now - occurrence < _SECOND and self.last() == last:
                return due.Fire(occurrence, 1)
        return self._decide(self.last(), self._since, now)

    def still_due(self, last: datetime | None, since: datetime | None, now: datetime) -> bool:
        """Whether no other start since ``last`` has covered what was due (spec 7.5: several instances)."""
        if not self.plan.waits:
            return False
        if self.last() == last:
            return True
        return isinstance(self._decide(self.last(), since, now), due.Fire)

    def still_put_off(self, later: LaterStart) -> bool:
        """Whether this start is still to be made, by what this engine knows and what is on the disk."""
        if self.memory.later != later:
            return False
        try:
            return load_memory(self.definition.data).later == later
        except (DamagedMemory, OSError):
            return True

    @property
    def since(self) -> datetime | None:
        """Everything up to it is dealt with, whatever the run history says."""
        return self._since

    def deal_with(self, at: datetime) -> None:
        """Everything up to ``at`` is dealt with."""
        self._since = at

    def last(self) -> datetime | None:
        """When the latest run of any trigger and any instance started; None: there is none."""
        job, store = self.definition.id, self._rooms.store
        known = store.ids(job)
        newest = known[0] if known else None
        if newest != self._newest:
            run = store.load(RunRef(job, newest)) if newest else None
            self._newest = newest
            self._last = run.started if run else run_id_time(newest) if newest else None
        return self._last

    def ran(self, run: Run | Waiting) -> None:
        """Remember a run that was just started; one that waits counts when it begins."""
        if isinstance(run, Run):
            self._newest, self._last = run.ref.run, run.started

    def first_missed(self, now: datetime) -> datetime:
        """The moment after which instants count as missed: not before the schedule was there."""
        after = due.dealt_with_until(self.last(), now, self._seen, self._since)
        return after if self._known_since is None else max(after, self._known_since)

    def miss(self, reason: MissedReason, after: datetime, before: datetime, why: str = "") -> None:
        """The instants strictly between the two brought no run."""
        self.gaps.add(self.plan, reason, after, before, why)

    def tidy(self, monotonic: float) -> bool:
        """Write what it is time for, and log lines that had no room; True: more waits."""
        if self.log.troubled:
            self.log.retry()
        return self.gaps.tidy(monotonic) or self.log.troubled

    def remember(self, **changes: Any) -> None:
        """Change what the file is to say."""
        self.memory = msgspec.structs.replace(self.memory, **changes)

    @property
    def _seen(self) -> datetime:
        schedule = self.plan.schedule
        # A recurrence that was seen by an engine before this one may have been due meanwhile.
        return self._first_seen if schedule is None or schedule.anchor is None else schedule.anchor

    @property
    def _ran_once(self) -> bool:
        """Whether a run stands for the one of a ``once``, where a crash kept that from being written down."""
        table, last = self.plan.timetable, self._last
        return table is not None and last is not None and table.next_after(last) is None

    def _decide(self, last: datetime | None, since: datetime | None, now: datetime) -> due.Verdict:
        if self.plan.timetable is None:
            return due.Never()
        return due.decide(
            last,
            now,
            self.plan.timetable,
            first_seen=self._seen,
            since=since,
            misfire=self.plan.misfire,
            once=self.plan.once,
        )

    def _complaints(self) -> list[Line]:
        """The lines about what is wrong with the settings, or odd."""
        schedule = self.plan.schedule
        text = schedule.text if schedule is not None else ""
        lines = [
            warning(problem.text) if problem.severity is Severity.NOTE else error(problem.text)
            for problem in self.plan.problems
            if problem.code != "schedule-invalid"
        ]
        if self.plan.failure:
            lines.insert(0, error(f'Failed to parse schedule "{text}". Error: {self.plan.failure}'))
        return lines

    def _switch(self, now: datetime) -> None:
        """Keep in the memory which schedule this is, and since when it is switched off."""
        plan, schedule = self.plan, self.plan.schedule
        if schedule is None:
            return
        reason = _OFF.get(schedule.state)
        strange = self.memory.fingerprint != plan.fingerprint
        if strange and (schedule.anchor is not None or reason is not None):
            self.memory = Memory(plan.fingerprint, schedule.anchor, later=self.memory.later)
        if reason is not None:
            self.remember(off=self.memory.off or SwitchedOff(now, reason))
        elif plan.waits and (off := self.memory.off) is not None:
            if not strange:
                self.miss(off.reason, off.since, now)
            self._since = now
            self.remember(off=None, since=now)

    def _seen_elsewhere(self) -> bool:
        """Whether a recurrence that is new here was seen by another instance: its anchor is taken over."""
        schedule = self.plan.schedule
        if schedule is None or schedule.anchor is None or self.memory.fingerprint == self.plan.fingerprint:
            return False
        stored = self._load_memory()
        if stored.fingerprint != self.plan.fingerprint or stored.first_seen is None:
            return False
        self.memory = self.saved = msgspec.structs.replace(stored, later=self.memory.later)
        return True

    def _load_memory(self) -> Memory:
        folder = self.definition.data
        try:
            return load_memory(folder)
        except OSError as failure:
            log.warning("the schedule state of %s cannot be read: %s", self.definition.id, failure)
            return Memory()
        except DamagedMemory:
            set_aside(self._rooms, folder / FILE, self.definition.id)
            return Memory()
