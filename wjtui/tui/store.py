"""Store: the values that the screen shows; they change by ``apply`` and nowhere else."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from wjtui.model.deploys import Progress
from wjtui.model.events import (
    DeployProgressed,
    EngineChanged,
    EngineInfo,
    Envelope,
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
    Usage,
    UsageSampled,
)
from wjtui.model.instances import Instance
from wjtui.model.jobs import Job
from wjtui.model.runs import Run, RunId, RunRef
from wjtui.model.schedules import Missed
from wjtui.tui.present.failures import failure_of
from wjtui.tui.present.jobs import JobKey
from wjtui.tui.present.schedules import with_newest

if TYPE_CHECKING:
    from wjtui.tui.bindings import Keys

NOTICES_KEPT = 1000
SAMPLES_KEPT = 60
"""Of what a job uses: a minute or two."""


class Topic(StrEnum):
    """What a part of the screen can listen for."""

    ENGINE = "engine"
    JOBS = "jobs"
    LOGS = "logs"
    NOTICES = "notices"
    LINK = "link"
    PENDING = "pending"
    PAST = "past"
    RUNS = "runs"
    DEPLOYS = "deploys"


class Link(Enum):
    """How it stands between the screen and the engine."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"
    ENDED = "ended"


@dataclass
class Change:
    """What one batch of news changed."""

    topics: set[Topic] = field(default_factory=set)
    jobs: set[JobKey] = field(default_factory=set)
    logs: dict[LogRef, LogExtent] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    """New ones only: what a snapshot brings is old."""
    runs: dict[RunRef, Run | None] = field(default_factory=dict)
    """Runs that began or changed; None: pruned or deleted. The store keeps none of them."""
    progress: dict[str, Progress] = field(default_factory=dict)
    """How far packages have come, by token. The store keeps none of it."""
    anew: bool = False
    """A snapshot came: what was read of the past may have changed since."""


class Past(NamedTuple):
    """What happened to a triggered job, as far as it was asked for."""

    up_to: RunId | None
    """The latest run that has ended; None: none has."""
    missed: tuple[Missed, ...] = ()
    """Newest first."""
    durations: tuple[timedelta, ...] = ()


class Whereabouts(NamedTuple):
    """Where a job runs, as far as it was asked for: without its environment, which holds secrets."""

    pid: int | None
    """The process that this was asked about."""
    instances: tuple[Instance, ...] = ()
    folder: str = ""
    command: tuple[str, ...] = ()


class Store:
    """Current values; no input, no output, no clock."""

    def __init__(self, *, read_only: bool = False, keys: Keys | None = None) -> None:
        # The table of commands knows the store, so it is there only by now.
        from wjtui.tui.bindings import OWN

        self.read_only = read_only
        self.keys = keys or OWN
        """For sentences that name a key."""
        self.engine: EngineInfo | None = None
        self.jobs: dict[JobKey, Job] = {}
        self.usage: dict[JobKey, Usage] = {}
        self.usage_past: dict[JobKey, deque[Usage]] = {}
        """The last samples of each job, oldest first."""
        self.whereabouts: dict[JobKey, Whereabouts] = {}
        """Of jobs whose details somebody looks at."""
        self.extents: dict[LogRef, LogExtent] = {}
        self.notices: list[Notice] = []
        self._remarks: list[Notice] = []
        self.pending: dict[JobKey, str] = {}
        """Commands on their way, as the word that stands in for the job's status."""
        self.past: dict[JobKey, Past] = {}
        """Of jobs that somebody looked at closely."""
        self.newest_missed: dict[JobKey, Missed] = {}
        self.link = Link.CONNECTING
        self.link_since: datetime | None = None
        self.link_reason = ""
        self.ends = ""
        """What would end the engine, or not bring it back, as a sentence; empty: nothing that is known."""
        self.ends_hidden = False
        """A person has read it."""

    def apply(self, news: Iterable[Envelope | Snapshot]) -> Change:
        """Take in what the engine told, in order; applying the same twice is harmless."""
        change = Change()
        for item in news:
            if isinstance(item, Snapshot):
                self._replace(item, change)
            else:
                self._apply(item, change)
        return change

    def connect(self, link: Link, since: datetime | None, reason: str = "") -> Change:
        """The link to the engine changed; the values stay as they were."""
        if (link, reason) == (self.link, self.link_reason):
            return Change()
        if link is not self.link:
            self.link_since = since
        self.link, self.link_reason = link, reason
        return Change({Topic.LINK})

    def warn(self, ends: str, *, hidden: bool) -> Change:
        """It became known what would end the engine, or a person has hidden that."""
        self.ends, self.ends_hidden = ends, hidden
        return Change({Topic.ENGINE})

    def learn(self, key: JobKey, past: Past) -> Change:
        """The engine answered what happened to a job; what was told meanwhile is taken in."""
        self.past[key] = past._replace(missed=with_newest(past.missed, self.newest_missed.get(key)))
        return Change({Topic.PAST}, {key})

    def remark(self, notice: Notice) -> Change:
        """Something that this screen noticed by itself: it stays whatever the engine tells."""
        self._remarks.append(notice)
        change = Change()
        self._notice(notice, change)
        return change

    def locate(self, key: JobKey, found: Whereabouts) -> Change:
        """The engine answered where a job runs."""
        if self.whereabouts.get(key) == found:
            return Change()
        self.whereabouts[key] = found
        return Change({Topic.PAST}, {key})

    def mark(self, key: JobKey, word: str | None) -> Change:
        """A command for a job is on its way, or, with None, has come back."""
        if word is None:
            self.pending.pop(key, None)
        else:
            self.pending[key] = word
        return Change({Topic.PENDING}, {key})

    def _replace(self, snapshot: Snapshot, change: Change) -> None:
        gone = set(self.jobs)
        self.engine = snapshot.engine
        self.jobs = {job.id.key: job for job in snapshot.jobs}
        self.usage = {sample.id.key: sample.usage for sample in snapshot.usage}
        self.usage_past = {}
        self.whereabouts = {}
        self.extents = {}
        self.past, self.newest_missed = {}, {}
        self.notices = sorted((*self._remarks, *snapshot.notices), key=lambda each: each.at)[-NOTICES_KEPT:]
        change.topics |= {Topic.ENGINE, Topic.JOBS, Topic.NOTICES, Topic.PAST, Topic.RUNS}
        change.anew = True
        change.jobs |= gone | set(self.jobs)

    def _apply(self, envelope: Envelope, change: Change) -> None:
        match envelope.event:
            case JobChanged(job=job):
                before = self.jobs.get(job.id.key)
                self.jobs[job.id.key] = job
                change.topics.add(Topic.JOBS)
                change.jobs.add(job.id.key)
                if before is not None and (notice := failure_of(before, job, envelope.at)) is not None:
                    self._notice(notice, change)
            case JobRemoved(id=job_id):
                self.jobs.pop(job_id.key, None)
                self.usage.pop(job_id.key, None)
                self.usage_past.pop(job_id.key, None)
                self.whereabouts.pop(job_id.key, None)
                self.past.pop(job_id.key, None)
                self.newest_missed.pop(job_id.key, None)
                change.topics.add(Topic.JOBS)
                change.jobs.add(job_id.key)
            case LogGrew(ref=ref, extent=extent):
                self.extents[ref] = extent
                change.topics.add(Topic.LOGS)
                change.logs[ref] = extent
            case UsageSampled(id=job_id, usage=usage):
                self.usage[job_id.key] = usage
                self.usage_past.setdefault(job_id.key, deque(maxlen=SAMPLES_KEPT)).append(usage)
                change.topics.add(Topic.JOBS)
                change.jobs.add(job_id.key)
            case MissedChanged(id=job_id, missed=missed):
                key = job_id.key
                self.newest_missed[key] = missed
                if (past := self.past.get(key)) is not None:
                    self.past[key] = past._replace(missed=with_newest(past.missed, missed))
                change.topics.add(Topic.PAST)
                change.jobs.add(key)
            case DeployProgressed(progress=progress):
                change.topics.add(Topic.DEPLOYS)
                change.progress[progress.token] = progress
            case NoticeRaised(notice=notice):
                self._notice(notice, change)
            case EngineChanged(info=info):
                self.engine = info
                change.topics.add(Topic.ENGINE)
            case RunRemoved(ref=ref):
                self.extents.pop(LogRef(ref.job, ref.run), None)
                change.topics.add(Topic.RUNS)
                change.runs[ref] = None
            case RunChanged(run=run):
                change.topics.add(Topic.RUNS)
                change.runs[run.ref] = run

    def _notice(self, notice: Notice, change: Change) -> None:
        self.notices.append(notice)
        del self.notices[:-NOTICES_KEPT]
        change.notices.append(notice)
        change.topics.add(Topic.NOTICES)
