"""Tally: what an engine has done since its start, counted from its events as they happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from wjtui.engine.notify_policy import RunEnds
from wjtui.model.events import (
    Envelope,
    JobChanged,
    JobRemoved,
    MissedChanged,
    RunChanged,
    Usage,
    UsageSampled,
)
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import AnyPhase, Busy, Idle, Job, Running, Success, status_word
from wjtui.model.metrics import Family, Kind, Sample
from wjtui.model.runs import Run, RunStatus
from wjtui.model.schedules import Missed, MissedReason

JobKey = tuple[str, str]
Labels = tuple[tuple[str, str], ...]

MAX_JOBS = 2000
"""Jobs that have figures of their own; of those beyond it is told how many they are."""
FRESH = timedelta(seconds=10)
"""A sample of what a job uses counts that long: nobody may be measuring any more."""
_ENDS = (RunStatus.SUCCESS, RunStatus.FAILED, RunStatus.ABORTED)
_PHASES = {
    JobType.TRIGGERED: tuple(kind.__name__ for kind in (Idle, Busy)),
    JobType.CONTINUOUS: tuple(
        kind.__name__ for kind in AnyPhase.__args__ if kind is not Idle and kind is not Busy
    ),
}


@dataclass(slots=True)
class _Counts:
    """What is known of one job."""

    id: JobId
    status: str = ""
    ends: RunEnds = field(default_factory=RunEnds)
    runs: Counter[RunStatus] = field(default_factory=Counter)
    seconds: float = 0.0
    restarts: int = 0
    launched: datetime | None = None
    missed: Counter[MissedReason] = field(default_factory=Counter)
    stretch: Missed | None = None
    succeeded: datetime | None = None
    next_run: datetime | None = None
    usage: Usage | None = None
    sampled: datetime | None = None

    @property
    def labels(self) -> Labels:
        return ("type", self.id.type.value), ("job", self.id.name)

    @property
    def continuous(self) -> bool:
        return self.id.type is JobType.CONTINUOUS

    def look_at_job(self, job: Job) -> None:
        phase, run, later = job.phase, job.latest_run, job.later
        self.status = status_word(phase)
        if isinstance(phase, Running) and phase.since != self.launched:
            self.launched = phase.since
            self.restarts += phase.restarts > 0
        if isinstance(phase, Success):
            self.succeed(phase.since)
        if run is not None and run.status is RunStatus.SUCCESS:
            self.succeed(run.ended or run.started)
        dues = [due for due in (job.next_run, later.at if later is not None else None) if due is not None]
        self.next_run = min(dues, default=None)

    def look_at_run(self, run: Run, at: datetime) -> None:
        if not self.ends.look(run, at):
            return
        ended = run.ended or at
        self.runs[run.status] += 1
        self.seconds += max(0.0, (ended - run.started).total_seconds())
        if run.status is RunStatus.SUCCESS:
            self.succeed(ended)

    def look_at_missed(self, stretch: Missed, begun: datetime) -> None:
        """A stretch is told whole each time it grows, and one before the engine may go on."""
        known = self.stretch
        if known is not None and (known.reason, known.first) == (stretch.reason, stretch.first):
            more = stretch.count - known.count
        else:
            new = stretch.first >= begun or stretch.reason is MissedReason.DOWN
            more = stretch.count if new else 1
        self.missed[stretch.reason] += max(0, more)
        self.stretch = stretch

    def succeed(self, at: datetime) -> None:
        self.succeeded = at if self.succeeded is None else max(self.succeeded, at)


class Tally:
    """Hears every event of an engine; memory is bounded by the jobs there are."""

    def __init__(self, begun: datetime) -> None:
        self._begun = begun
        self._jobs: dict[JobKey, _Counts] = {}

    def hear(self, envelope: Envelope) -> None:
        """Count one event."""
        match envelope.event:
            case JobChanged(job=job):
                key = job.id.key
                counts = self._jobs.get(key)
                if counts is None:
                    counts = self._jobs[key] = _Counts(job.id)
                counts.look_at_job(job)
            case JobRemoved(id=job_id):
                self._jobs.pop(job_id.key, None)
            case RunChanged(run=run) if (counts := self._jobs.get(run.ref.job.key)) is not None:
                counts.look_at_run(run, envelope.at)
            case MissedChanged(id=job_id, missed=missed) if counts := self._jobs.get(job_id.key):
                counts.look_at_missed(missed, self._begun)
            case UsageSampled(id=job_id, usage=usage) if counts := self._jobs.get(job_id.key):
                counts.usage, counts.sampled = usage, envelope.at

    def families(self, now: datetime) -> list[Family]:
        """Every figure of jobs."""
        jobs = list(islice(self._jobs.values(), MAX_JOBS))
        beyond = Sample(float(len(self._jobs) - len(jobs)))
        return [
            Family("wjtui_jobs", Kind.GAUGE, "Jobs by type and status.", tuple(self._by_status())),
            Family(
                "wjtui_jobs_without_series",
                Kind.GAUGE,
                f"Jobs without figures of their own: {MAX_JOBS} have them.",
                (beyond,),
            ),
            *_runs([job for job in jobs if not job.continuous]),
            *_continuous([job for job in jobs if job.continuous]),
            *_times(jobs),
            *_usage([job for job in jobs if job.sampled is not None and now - job.sampled <= FRESH]),
        ]

    def _by_status(self) -> Iterator[Sample]:
        """A status that no job has is told as 0, so that its line in a picture does not end."""
        found = Counter((job.id.type, job.status) for job in self._jobs.values())
        for kind, words in _PHASES.items():
            for word in words:
                yield Sample(float(found[kind, word]), (("type", kind.value), ("status", word)))


def _runs(jobs: Sequence[_Counts]) -> Iterator[Family]:
    ended = [
        Sample(float(job.runs[status]), (*job.labels, ("status", status.value)))
        for job in jobs
        for status in _ENDS
    ]
    yield Family("wjtui_runs_total", Kind.COUNTER, "Runs that have ended, by how they did.", tuple(ended))
    durations = [
        sample
        for job in jobs
        for sample in (
            Sample(job.seconds, job.labels, "_sum"),
            Sample(float(job.runs.total()), job.labels, "_count"),
        )
    ]
    yield Family("wjtui_run_duration_seconds", Kind.SUMMARY, "How long ended runs took.", tuple(durations))
    missed = [
        Sample(float(count), (*job.labels, ("reason", reason.value)))
        for job in jobs
        for reason, count in job.missed.items()
    ]
    yield Family(
        "wjtui_missed_schedules_total",
        Kind.COUNTER,
        "Scheduled instants that brought no run, by reason.",
        tuple(missed),
    )


def _continuous(jobs: Sequence[_Counts]) -> Iterator[Family]:
    restarts = tuple(Sample(float(job.restarts), job.labels) for job in jobs)
    yield Family(
        "wjtui_job_restarts_total",
        Kind.COUNTER,
        "Times a continuous job was started again after it had ended by itself.",
        restarts,
    )


def _times(jobs: Sequence[_Counts]) -> Iterator[Family]:
    yield Family(
        "wjtui_job_last_success_timestamp_seconds",
        Kind.GAUGE,
        "When a job last ended well; the history before this engine counts too.",
        tuple(Sample(job.succeeded.timestamp(), job.labels) for job in jobs if job.succeeded is not None),
    )
    yield Family(
        "wjtui_job_next_run_timestamp_seconds",
        Kind.GAUGE,
        "When a job is to be started next.",
        tuple(Sample(job.next_run.timestamp(), job.labels) for job in jobs if job.next_run is not None),
    )


def _usage(jobs: Sequence[_Counts]) -> Iterator[Family]:
    known = [(job.labels, job.usage) for job in jobs if job.usage is not None]
    yield Family(
        "wjtui_job_cpu_cores",
        Kind.GAUGE,
        "Processor cores that a job's processes use; measured while a screen or a client looks on.",
        tuple(Sample(usage.cpu / 100, labels) for labels, usage in known),
    )
    yield Family(
        "wjtui_job_resident_memory_bytes",
        Kind.GAUGE,
        "Memory that a job's processes hold; measured while a screen or a client looks on.",
        tuple(Sample(float(usage.memory), labels) for labels, usage in known),
    )
    yield Family(
        "wjtui_job_processes",
        Kind.GAUGE,
        "Processes of a job; counted while a screen or a client looks on.",
        tuple(Sample(float(usage.processes), labels) for labels, usage in known),
    )
