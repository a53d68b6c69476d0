"""What ``notify_command`` is told: which events are failures, how often, and in which words."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from wjtui.engine.process.environment import ENGINE
from wjtui.engine.site import Site
from wjtui.model.base import Value, iso
from wjtui.model.events import AnyEvent, JobChanged, JobRemoved, RunChanged
from wjtui.model.identity import JobId
from wjtui.model.jobs import Job, PendingRestart, status_word
from wjtui.model.runs import Exit, Run, RunId, RunStatus

JobKey = tuple[str, str]

RUN_FAILED = "run-failed"
"""A run of a triggered job ended as Failed."""
JOB_FAILED = "job-failed"
"""The process of a continuous job failed, or could not be launched; it is started again."""
JOB_UNHEALTHY = "job-unhealthy"
"""The probe of a continuous job has failed so often in a row as its settings say."""
JOB_ENDS = "job-ends-by-itself"
"""A continuous job ends within seconds, again and again, with exit code 0."""
ENDS_BY_ITSELF = "ends-by-itself"
"""The code of the problem that says so."""

WINDOW_SECONDS = 60.0
CALLS = 10
"""Calls of the command in one window; one of each job."""


class Failure(Value, frozen=True):
    """Something that went wrong with a job, at an instant."""

    event: str
    job: JobId
    at: datetime
    status: str
    run: RunId | None = None
    exit: Exit | None = None
    reason: str = ""

    @property
    def how(self) -> str:
        """What became of it, in a few words."""
        if self.event == JOB_ENDS:
            return "ends by itself again and again"
        if self.event == JOB_UNHEALTHY:
            return f"unhealthy: {self.reason}"
        return f"failed: {self.exit or self.reason or 'not started'}"


_TOLD = 16
"""Runs of a job whose ends are remembered."""
_OLD = timedelta(minutes=1)
"""A run that is published so long after its end came back from the trash: it is no news."""


class RunEnds:
    """Sees the end of each run once."""

    def __init__(self) -> None:
        self._runs: dict[JobKey, deque[RunId]] = {}

    def look(self, run: Run, at: datetime) -> bool:
        """Whether a run that was published at an instant has ended, and nobody was told of that before."""
        key = run.ref.job.key
        brought_back = run.ended is not None and at - run.ended > _OLD
        told = self._runs.get(key)
        if not run.status.ended or brought_back or (told is not None and run.ref.run in told):
            return False
        # Not only the newest one: a retry may end after runs that were asked for later.
        self._runs.setdefault(key, deque(maxlen=_TOLD)).append(run.ref.run)
        return True


class FailureWatch:
    """Sees failures in the events of an engine, each one once."""

    def __init__(self) -> None:
        self._ends = RunEnds()
        self._due: dict[JobKey, datetime] = {}
        self._ending: set[JobKey] = set()
        self._unhealthy: set[JobKey] = set()

    def look(self, event: AnyEvent, at: datetime) -> Failure | None:
        """The failure that an event tells of for the first time."""
        match event:
            case RunChanged(run=run) if self._ends.look(run, at) and run.status is RunStatus.FAILED:
                ended = run.ended or at
                return Failure(
                    RUN_FAILED, run.ref.job, ended, run.status.value, run.ref.run, run.exit, run.reason
                )
            case JobChanged(job=job) if job.is_continuous:
                return self._look_at_job(job, at)
            case JobRemoved(id=job_id):
                self._due.pop(job_id.key, None)
                self._ending.discard(job_id.key)
                self._unhealthy.discard(job_id.key)
        return None

    def _look_at_job(self, job: Job, at: datetime) -> Failure | None:
        key, phase = job.id.key, job.phase
        ends = any(problem.code == ENDS_BY_ITSELF for problem in job.problems)
        begins_to_end = ends and key not in self._ending
        if ends:
            self._ending.add(key)
        else:
            self._ending.discard(key)
        word = status_word(phase)
        if job.unhealthy and key not in self._unhealthy:
            self._unhealthy.add(key)
            return Failure(JOB_UNHEALTHY, job.id, at, word, reason=job.unhealthy)
        if not job.unhealthy:
            self._unhealthy.discard(key)
        if isinstance(phase, PendingRestart) and phase.due != self._due.get(key):
            self._due[key] = phase.due
            if phase.exit is None or not phase.exit.ok:
                return Failure(JOB_FAILED, job.id, at, word, exit=phase.exit)
        return Failure(JOB_ENDS, job.id, at, word, exit=Exit(code=0)) if begins_to_end else None


class Told(NamedTuple):
    """The newest failure of a job, and how many it stands for."""

    newest: Failure
    times: int


class Ledger:
    """Failures that wait to be told. No failure is lost: it is told, or counts in one that is.

    A job is told of once in a minute, and there are ten calls a minute in all; the last of them takes
    everything that waits. Times are monotonic seconds.
    """

    def __init__(self) -> None:
        self._waiting: dict[JobKey, Told] = {}
        self._told_at: dict[JobKey, float] = {}
        self._calls: deque[float] = deque()

    @property
    def count(self) -> int:
        """Failures that wait."""
        return sum(told.times for told in self._waiting.values())

    def add(self, failure: Failure) -> None:
        """One more."""
        key = failure.job.key
        before = self._waiting.pop(key, None)
        self._waiting[key] = Told(failure, 1 + (before.times if before else 0))

    def take(self, now: float) -> tuple[Told, ...]:
        """What one call tells now, the newest failure last; empty: nothing may be told now."""
        while self._calls and self._calls[0] + WINDOW_SECONDS <= now:
            self._calls.popleft()
        self._told_at = {key: at for key, at in self._told_at.items() if at + WINDOW_SECONDS > now}
        ready = [key for key in self._waiting if key not in self._told_at]
        if not ready or len(self._calls) >= CALLS:
            return ()
        if len(self._calls) < CALLS - 1:
            del ready[1:]
        self._calls.append(now)
        self._told_at.update(dict.fromkeys(ready, now))
        return tuple(self._waiting.pop(key) for key in ready)

    def due(self) -> float | None:
        """When ``take`` may have something to tell; None: nothing waits."""
        if not self._waiting:
            return None
        free = min(self._told_at.get(key, float("-inf")) for key in self._waiting) + WINDOW_SECONDS
        if len(self._calls) >= CALLS:
            free = max(free, self._calls[0] + WINDOW_SECONDS)
        return free

    def clear(self) -> None:
        """Nobody is to be told."""
        self._waiting.clear()


def message(told: Sequence[Told], tail: Sequence[str], site: Site) -> bytes:
    """``facts`` as one JSON object and a line end, for the command's standard input."""
    # A file's name that is no UTF-8 must not keep anybody from being told.
    return json.dumps(facts(told, tail, site), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def facts(told: Sequence[Told], tail: Sequence[str], site: Site) -> dict[str, Any]:
    """What somebody is told of failures.

    ``tail`` are the last error lines before the newest failure. Several jobs: ``count`` counts the failures
    of all, ``jobs`` names them, and the rest is about the newest failure.
    """
    newest = told[-1].newest
    count = sum(each.times for each in told)
    many = f"{len(told)} jobs failed, newest " if len(told) > 1 else ""
    times = f" ({count} times)" if not many and count > 1 else ""
    fields: dict[str, Any] = {
        "event": newest.event,
        "text": f"{many}{newest.job.name} {newest.how}{times}",
        "job": newest.job.name,
        "type": newest.job.type.value,
        "run": newest.run,
        "status": newest.status,
        "exit_code": None if newest.exit is None else newest.exit.number,
        "reason": newest.reason,
        "time": iso(newest.at),
        "error": list(tail),
        "root": str(site.root),
        "instance": site.instance,
        "count": count,
    }
    if many:
        fields["jobs"] = [
            {"job": each.newest.job.name, "type": each.newest.job.type.value, "count": each.times}
            for each in told
        ]
    return fields


def command_environment(inherited: Mapping[str, str], mark: str) -> dict[str, str]:
    """The engine's own environment without settings, secrets and what belongs to jobs.

    ``mark`` (``Site.mark``) lets the next engine find the command if this one is killed.
    """
    ours = ("WEBJOBS_", "WEBSITE_", "WEBROOT_", "WJTUI_")
    return {**{key: value for key, value in inherited.items() if not key.startswith(ours)}, ENGINE: mark}
