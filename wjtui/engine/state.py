"""Current values of jobs, runs and the engine: the single writer, which publishes every change."""

from __future__ import annotations

from collections import deque
from typing import Any

import msgspec

from wjtui.engine.bus import KEPT_NOTICES, Bus
from wjtui.model.deploys import Progress
from wjtui.model.errors import JobNotFound
from wjtui.model.events import (
    DeployProgressed,
    EngineChanged,
    EngineInfo,
    JobChanged,
    JobRemoved,
    LogExtent,
    LogGrew,
    LogRef,
    MissedChanged,
    Notice,
    NoticeRaised,
    RunChanged,
    RunRemoved,
    Snapshot,
    Tone,
    Usage,
    UsageSampled,
)
from wjtui.model.identity import JobId
from wjtui.model.jobs import Job
from wjtui.model.runs import Run, RunRef
from wjtui.model.schedules import Missed
from wjtui.support.clock import Clock

JobKey = tuple[str, str]

PROGRESS_EVERY_SECONDS = 0.1


class State:
    """What the engine knows now. Only engine rooms write it, all in one loop: no locks."""

    def __init__(self, clock: Clock, info: EngineInfo) -> None:
        self.clock = clock
        self.bus = Bus(clock)
        self.info = info
        self.jobs: dict[JobKey, Job] = {}
        self._usage: dict[JobKey, UsageSampled] = {}
        self._notices: deque[Notice] = deque(maxlen=KEPT_NOTICES)
        self._progressed: dict[str, float] = {}

    def snapshot(self) -> Snapshot:
        """Everything, sorted by name, triggered jobs first (spec 8.4)."""
        jobs = sorted(self.jobs.values(), key=lambda job: (job.is_continuous, job.id.name.lower()))
        usage = tuple(self._usage.values())
        return Snapshot(self.bus.seq, self.clock.now(), self.info, tuple(jobs), usage, tuple(self._notices))

    def job(self, job: JobId) -> Job:
        """A job by id, its name in any case. Raises JobNotFound."""
        found = self.jobs.get(job.key)
        if found is None:
            raise JobNotFound(f"There is no {job.type.value} job '{job.name}': wjtui list shows them.")
        return found

    def put_job(self, job: Job) -> None:
        """Set a job whole; nothing is published when nothing changed."""
        if self.jobs.get(job.id.key) != job:
            self.jobs[job.id.key] = job
            self.bus.publish(JobChanged(job))

    def update_job(self, key: JobKey, **changes: Any) -> None:
        """Change some fields of a job that is known; a job that is gone stays gone."""
        if (job := self.jobs.get(key)) is not None:
            self.put_job(msgspec.structs.replace(job, **changes))

    def remove_job(self, key: JobKey) -> None:
        """Forget a job."""
        self._usage.pop(key, None)
        if (job := self.jobs.pop(key, None)) is not None:
            self.bus.publish(JobRemoved(job.id))

    def put_run(self, run: Run) -> None:
        """Tell of a run that was created or changed."""
        self.bus.publish(RunChanged(run))

    def remove_run(self, ref: RunRef) -> None:
        """Tell of a run that is gone."""
        self.bus.publish(RunRemoved(ref))

    def log_grew(self, ref: LogRef, extent: LogExtent) -> None:
        """Tell how far a log reaches."""
        self.bus.publish(LogGrew(ref, extent))

    def tell_missed(self, job: JobId, stretch: Missed) -> None:
        """Tell of scheduled instants without a run: the newest stretch, whole."""
        self.bus.publish(MissedChanged(job, stretch))

    def put_usage(self, job: JobId, usage: Usage | None) -> None:
        """Set what a job uses; None: nothing of it runs."""
        known = self._usage.get(job.key)
        if usage is None:
            if known is None:
                return
            del self._usage[job.key]
            self.bus.publish(UsageSampled(job, Usage(0.0, 0, 0)))
            return
        if known is None or known.usage != usage:
            self._usage[job.key] = UsageSampled(job, usage)
            self.bus.publish(self._usage[job.key])

    def tell_progress(self, progress: Progress) -> None:
        """Tell how far work on a package has come; of one package at most ten times a second."""
        now = self.clock.monotonic()
        recent = {at: told for at, told in self._progressed.items() if now - told < PROGRESS_EVERY_SECONDS}
        if progress.token not in recent:
            self.bus.publish(DeployProgressed(progress))
            recent[progress.token] = now
        self._progressed = recent

    def raise_notice(
        self, text: str, tone: Tone = Tone.INFO, job: JobId | None = None, code: str = ""
    ) -> None:
        """Tell something that changes no value."""
        notice = Notice(self.clock.now(), text, tone, job, code)
        self._notices.append(notice)
        self.bus.publish(NoticeRaised(notice))

    def put_info(self, **changes: Any) -> None:
        """Change facts about the engine."""
        info = msgspec.structs.replace(self.info, **changes)
        if info != self.info:
            self.info = info
            self.bus.publish(EngineChanged(info))
