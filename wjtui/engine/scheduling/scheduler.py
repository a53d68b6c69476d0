"""Scheduler: one timer for every triggered job, which asks again whenever it wakes (spec 7.5)."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

import msgspec

from wjtui.engine.catalog.discover import Definition, JobKey
from wjtui.engine.rooms import Rooms
from wjtui.engine.scheduling.firing import fire, fire_later
from wjtui.engine.scheduling.log import expected, info
from wjtui.engine.scheduling.memory import save_memory
from wjtui.engine.scheduling.scheduled_job import Runner, ScheduledJob
from wjtui.model.errors import Conflict, JobNotFound, NotRunning
from wjtui.model.events import Tone
from wjtui.model.identity import JobId
from wjtui.model.runs import Run
from wjtui.model.schedules import LaterStart, Missed, MissedReason
from wjtui.schedule import due
from wjtui.support.tasks import TaskSet, first

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 2.0
"""A timer counts monotonic seconds, so a clock that is set, or a machine that slept, is noticed at a look."""
_TIDY_SECONDS = 1.0
_SAVE_AGAIN_SECONDS = 5.0
_INSTANT = timedelta(microseconds=1)
_STEP = timedelta(seconds=1)
"""A clock that went back by less was corrected, not set: what it repeats has been started already."""


class Scheduler:
    """Starts jobs when they are due. All its methods run in the engine's loop."""

    def __init__(self, rooms: Rooms, *, look_every: float = LOOK_EVERY_SECONDS) -> None:
        """``look_every``: seconds between two looks at the clock, at most."""
        self._rooms = rooms
        self._look_every = look_every
        self._jobs: dict[JobKey, ScheduledJob] = {}
        self._tasks = TaskSet(self._failed)
        self._wake = asyncio.Event()
        self._saving = asyncio.Lock()
        self._save_at = 0.0
        self._looked: tuple[datetime, float] | None = None
        self._begun = False

    @property
    def has_work(self) -> bool:
        """Whether a schedule waits, or a start that was put off."""
        return any(job.waits for job in self._jobs.values())

    def put(self, definition: Definition, runner: Runner) -> dict[str, Any]:
        """A triggered job as its files say it is now; returns the fields of its Job that follow from that."""
        key = definition.id.key
        job = self._jobs.get(key)
        if job is None:
            job = self._jobs[key] = ScheduledJob(self._rooms, definition, runner, fresh=self._begun)
            self._drop_made(job)
        job.definition, job.runner = definition, runner
        if job.read(self._rooms.clock.now()):
            self._changed(job)
        return job.facts

    def forget(self, key: JobKey) -> None:
        """A job is gone, and with it the start that was put off."""
        job = self._jobs.pop(key, None)
        if job is None:
            return
        job.gone = True
        job.remember(later=None)
        if not job.definition.data.is_dir():
            return  # it was deleted with everything it had
        if job.plan.waits:
            job.log.write(info("Removing current schedule from WebJob"))
        job.log.close()
        job.gaps.flush()
        if job.unsaved:
            self._tasks.start(f"forget {job.definition.id}", self._save_quietly(job))

    async def written(self) -> None:
        """Wait until what was being written of any job is on the disk."""
        async with self._saving:
            pass

    def read_settings(self) -> None:
        """Site settings changed: act on the zone and on schedules switched on or off (spec 3.1)."""
        now = self._rooms.clock.now()
        for job in self._jobs.values():
            if job.read(now):
                job.publish()
                self._changed(job)

    def run_ended(self, key: JobKey) -> None:
        """A run of this job ended, so a start that waited for that can be made."""
        job = self._jobs.get(key)
        if job is not None and job.retry_later is not None:
            job.retry_later = self._rooms.clock.now()
            self._wake.set()

    async def settle(self, key: JobKey) -> None:
        """Wait for a start of this job that had begun already."""
        job = self._jobs.get(key)
        if job is not None and job.task is not None:
            await asyncio.wait([job.task])

    async def put_off(self, job: JobId, later: LaterStart) -> None:
        """Start a run at an instant; it is on the disk when this returns. Raises JobNotFound, Conflict."""
        await self._replace_later(self._find(job), later)

    async def take_back(self, job: JobId) -> None:
        """Take the start that was put off back. Raises JobNotFound, NotRunning, Conflict."""
        found = self._find(job)
        if found.memory.later is None:
            raise NotRunning(f"No start of '{job.name}' was put off: there is nothing to take back.")
        await self._replace_later(found, None)

    async def outlive(self, run: Run) -> None:
        """A run is about to be deleted: what it was started for stays dealt with, restarts included.

        Else the instants since the run before it would count as missed, and the latest might be made up for.
        """
        job = self._find(run.ref.job)
        newest = job.last()
        if job.plan.schedule is None or newest is None or newest > run.started:
            return
        job.deal_with(max(run.started, job.since or run.started))
        job.remember(since=max(run.started, job.memory.since or run.started))
        await self._save_quietly(job)

    def missed(self, job: JobId) -> list[Missed]:
        """The last 200 stretches of instants without a run, newest first."""
        found = self._jobs.get(job.key)
        return found.gaps.stretches if found is not None else []

    async def run(self) -> None:
        """Wait and start, until cancelled; then what is to be kept is written down."""
        self._begun = True
        try:
            while True:
                self._wake.clear()
                await first(self._wake.wait(), self._rooms.clock.sleep(self._look()))
        finally:
            await self._tasks.join()
            for job in self._jobs.values():
                job.gaps.flush()
                job.log.close()
                await self._save_quietly(job)

    def _look(self) -> float:
        """Begin everything that is due; the seconds until the next look."""
        clock = self._rooms.clock
        now, monotonic = clock.now(), clock.monotonic()
        self._notice_step(now, monotonic)
        pause = self._look_every
        for job in self._jobs.values():
            at = job.wakes_at
            if at is not None and at <= now:
                self._act(job, now)
                at = job.wakes_at
            if at is not None:
                pause = min(pause, (at - now).total_seconds())
            if job.tidy(monotonic):
                pause = min(pause, _TIDY_SECONDS)
        if monotonic >= self._save_at and any(job.unsaved for job in self._jobs.values()):
            self._save_at = monotonic + _SAVE_AGAIN_SECONDS
            self._tasks.start("schedule state", self._save_all())
        return max(0.0, pause)

    def _act(self, job: ScheduledJob, now: datetime) -> None:
        name = job.definition.id
        if job.until is not None and job.until <= now:
            match verdict := job.ask(now):
                case due.Fire():
                    job.task = self._tasks.start(f"fire {name}", self._fire(job, verdict))
                    return
                case due.Missed():
                    job.miss(MissedReason.DOWN, job.first_missed(now), now + _INSTANT)
                    job.deal_with(now)
                    if job.plan.once:
                        job.remember(done=True)
            self._rearm(job, now)
        later, at = job.memory.later, job.later_at
        if later is not None and at is not None and at <= now:
            job.task = self._tasks.start(f"later start of {name}", self._fire_later(job, later))

    async def _fire(self, job: ScheduledJob, verdict: due.Fire) -> None:
        try:
            await fire(self._rooms, job, verdict)
        finally:
            job.task = None
            if not job.gone:
                self._rearm(job, self._rooms.clock.now())
                self._changed(job)

    async def _fire_later(self, job: ScheduledJob, later: LaterStart) -> None:
        try:
            await fire_later(self._rooms, job, later)
            job.publish()
            # At once: until then another instance takes it for one that is still to be made.
            await self._save_quietly(job)
        finally:
            job.task = None
            if not job.gone:
                self._changed(job)

    def _rearm(self, job: ScheduledJob, now: datetime) -> None:
        """Find the next instant, tell it, and log it."""
        job.arm(now)
        if job.next_run is not None:
            job.log.write(info(f"Next schedule expected in {expected(job.next_run, now, job.plan.zone)}"))
        job.publish()

    def _notice_step(self, now: datetime, monotonic: float) -> None:
        """After a clock was set back, go on from where it is; what was started before is not repeated.

        One that was set forward needs no more than the look itself: instants are late or missed then.
        """
        if self._looked is not None:
            then, at = self._looked
            passed = timedelta(seconds=monotonic - at)
            if (back := then + passed - now) > _STEP:
                shown = timedelta(seconds=round(back.total_seconds()))
                text = f"The clock was set back by {shown}: schedules go on from the new time."
                self._rooms.state.raise_notice(text, Tone.WARNING, code="clock")
                for job in self._jobs.values():
                    job.retry_later = None
                    # What the clock showed at the look before, had it been right by then.
                    job.deal_with(now - passed)
                    if job.task is None:
                        self._rearm(job, now)
        self._looked = now, monotonic

    def _drop_made(self, job: ScheduledJob) -> None:
        """A crash may have come between a start that was put off and the note that it was made."""
        later, last = job.memory.later, job.last()
        if later is None or last is None or last < later.at:
            return
        runs = self._rooms.store.page(job.definition.id, None, 1)
        if runs and runs[0].trigger == later.trigger:
            job.remember(later=None)

    async def _replace_later(self, job: ScheduledJob, later: LaterStart | None) -> None:
        async with self._saving:
            # The disk first: what is not there when its time comes counts as taken back.
            written = msgspec.structs.replace(job.memory, later=later)
            try:
                await asyncio.to_thread(save_memory, job.definition.data, written, job.saved)
            except OSError as error:
                name = job.definition.id.name
                raise Conflict(f"The start of '{name}' could not be written down: {error}") from None
            job.saved = written
            job.remember(later=later)
        job.retry_later = None
        job.publish()
        self._wake.set()

    def _find(self, job: JobId) -> ScheduledJob:
        if (found := self._jobs.get(job.key)) is None:
            raise JobNotFound(f"There is no triggered job '{job.name}': wjtui list shows what there is.")
        return found

    def _changed(self, job: ScheduledJob) -> None:
        if job.unsaved:
            self._save_at = 0.0
        self._wake.set()

    async def _save_all(self) -> None:
        for job in list(self._jobs.values()):
            await self._save_quietly(job)

    async def _save_quietly(self, job: ScheduledJob) -> None:
        try:
            await self._save(job)
        except OSError as error:
            log.warning("the schedule state of %s was not written: %s", job.definition.id, error)

    async def _save(self, job: ScheduledJob) -> None:
        """Write what the job is to remember; one at a time, so that the newest is written last."""
        async with self._saving:
            memory = job.memory
            if memory != job.saved:
                await asyncio.to_thread(save_memory, job.definition.data, memory, job.saved)
            job.saved = memory

    def _failed(self, name: str, error: BaseException) -> None:
        text = f"The {name} failed inside the engine ({type(error).__name__}); its log tells more."
        self._rooms.state.raise_notice(text, Tone.ERROR, code="internal")
