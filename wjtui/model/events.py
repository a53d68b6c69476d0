"""What the engine tells its front ends: whole new values, never differences (architecture: events)."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from enum import StrEnum

import msgspec

from wjtui.model.base import Value
from wjtui.model.deploys import Progress
from wjtui.model.identity import JobId
from wjtui.model.jobs import Job
from wjtui.model.runs import Run, RunId, RunRef
from wjtui.model.schedules import Missed


class LogKind(StrEnum):
    """Which of a job's logs."""

    OUTPUT = "output"
    """A triggered run's log, or a continuous job's application log: the whole story, in order."""
    JOB = "job"
    """``job_log.txt`` of a continuous job: engine lines and the head of each launch."""
    SCHEDULER = "scheduler"
    """``job_scheduler.log`` of a triggered job."""


class LogRef(Value, frozen=True):
    """One log. ``run`` is set exactly for the output of a triggered job."""

    job: JobId
    run: RunId | None = None
    kind: LogKind = LogKind.OUTPUT


class LogExtent(Value, frozen=True):
    """How far a log reaches, as positions in one endless byte sequence.

    A log that rolls keeps its positions: rolling only moves ``start``. Another ``generation`` means that the
    bytes behind earlier positions are gone (the file was cut or replaced), so forget everything read so far.
    """

    start: int
    """Position of the first byte that is still there."""
    end: int
    """Position behind the last byte."""
    generation: str = ""


class Tone(StrEnum):
    """How loud a notice is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Notice(Value, frozen=True):
    """Something that happened and changes no value: shown once, kept in the event list."""

    at: datetime
    text: str
    tone: Tone = Tone.INFO
    job: JobId | None = None
    code: str = ""


class Usage(Value, frozen=True):
    """What a job's processes use now."""

    cpu: float
    """Percent of one core since the sample before."""
    memory: int
    """Bytes, resident, summed over the processes."""
    processes: int


class EngineInfo(Value, frozen=True):
    """Facts about one engine that a front end shows or decides by."""

    root: str
    instance: str
    pid: int
    version: str
    started: datetime
    shares_files: bool = True
    """Whether the front end may read the engine's files itself."""
    attended: bool = False
    """Whether it was brought by a screen and ends when nobody needs it."""
    stopped_by_setting: bool = False
    """``WEBJOBS_STOPPED`` is true-like: no job runs."""
    schedules_off: bool = False
    """``WEBJOBS_DISABLE_SCHEDULE`` is true-like: no schedule waits."""
    zone: str = "UTC"
    """The zone of schedules that name none (spec 7.4)."""
    stopping: bool = False
    hosts: dict[str, str] = msgspec.field(default_factory=dict)
    """Extension -> interpreter found for it, empty when none was found."""
    notes: tuple[str, ...] = ()
    """Sentences about this engine's environment, for example unknown ``WEBJOBS_*`` keys."""


class Event(Value, frozen=True, tag=True):
    """One change. Applying it twice is harmless; of all with one ``key`` the newest suffices."""

    @property
    def key(self) -> Hashable:
        """The entity this event is about, or None when each one counts."""
        return None


class JobChanged(Event, frozen=True):
    """A job appeared or changed."""

    job: Job

    @property
    def key(self) -> Hashable:
        return "job", self.job.id.key


class JobRemoved(Event, frozen=True):
    """A job is gone."""

    id: JobId

    @property
    def key(self) -> Hashable:
        return "job", self.id.key


class RunChanged(Event, frozen=True):
    """A run was created or changed."""

    run: Run

    @property
    def key(self) -> Hashable:
        return "run", self.run.ref


class RunRemoved(Event, frozen=True):
    """A run was pruned or deleted."""

    ref: RunRef

    @property
    def key(self) -> Hashable:
        return "run", self.ref


class MissedChanged(Event, frozen=True):
    """Scheduled instants of a job brought no run: the newest stretch, whole."""

    id: JobId
    missed: Missed

    @property
    def key(self) -> Hashable:
        return "missed", self.id.key, self.missed.first


class LogGrew(Event, frozen=True):
    """A log has grown; published at most ten times a second a log. The text is never in an event.

    ``extent`` counts as the writer does, from where it began: for positions to read at, ask the LogSource.
    """

    ref: LogRef
    extent: LogExtent

    @property
    def key(self) -> Hashable:
        return "log", self.ref


class UsageSampled(Event, frozen=True):
    """What one job uses."""

    id: JobId
    usage: Usage

    @property
    def key(self) -> Hashable:
        return "usage", self.id.key


class DeployProgressed(Event, frozen=True):
    """A package is being unpacked, copied or put in place; published at most ten times a second."""

    progress: Progress

    @property
    def key(self) -> Hashable:
        return "deploy", self.progress.token


class NoticeRaised(Event, frozen=True):
    """Something worth telling."""

    notice: Notice


class EngineChanged(Event, frozen=True):
    """A fact about the engine changed."""

    info: EngineInfo

    @property
    def key(self) -> Hashable:
        return "engine"


AnyEvent = (
    JobChanged
    | JobRemoved
    | RunChanged
    | RunRemoved
    | MissedChanged
    | LogGrew
    | UsageSampled
    | DeployProgressed
    | NoticeRaised
    | EngineChanged
)


class Envelope(Value, frozen=True):
    """An event with its number and its time."""

    seq: int
    at: datetime
    event: AnyEvent


class Snapshot(Value, frozen=True):
    """Everything a front end shows, at one number of the event stream."""

    seq: int
    at: datetime
    engine: EngineInfo
    jobs: tuple[Job, ...] = ()
    usage: tuple[UsageSampled, ...] = ()
    notices: tuple[Notice, ...] = ()
