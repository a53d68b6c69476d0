"""Which of an engine's events hooks are told of, and in which words; pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from wjtui.engine.notify_policy import (
    JOB_ENDS,
    JOB_FAILED,
    JOB_UNHEALTHY,
    RUN_FAILED,
    Failure,
    FailureWatch,
    JobKey,
    RunEnds,
    Told,
    facts,
)
from wjtui.engine.running.continuous_policy import ENDS_BY_ITSELF_AFTER, LIVED_LONG
from wjtui.engine.site import Site
from wjtui.model import hooks
from wjtui.model.base import Value
from wjtui.model.events import AnyEvent, JobChanged, RunChanged
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job, PendingRestart
from wjtui.model.runs import Exit, Run, RunRef, RunStatus, make_run_id
from wjtui.wire.kudu import run_json


class Happening(Value, frozen=True):
    """Something to tell of: an end of a run, a failure, or both."""

    event: str
    job: JobId
    run: Run | None = None
    failure: Failure | None = None
    times: int = 1
    """How often the failure came in a row."""


class Watch:
    """Sees what hooks are told of in the events of an engine, each once."""

    def __init__(self) -> None:
        self._failures = FailureWatch()
        self._ends = RunEnds()
        self._loops = CrashLoops()

    def look(self, event: AnyEvent, at: datetime) -> list[Happening]:
        """What an event tells of for the first time."""
        failure = self._failures.look(event, at)
        match event:
            case RunChanged(run=run) if self._ends.look(run, at):
                told = [Happening(hooks.RUN_FINISHED, run.ref.job, run)]
                if failure is not None:
                    told.append(Happening(hooks.RUN_FAILED, run.ref.job, run, failure))
                return told
            case JobChanged(job=job) if failure is not None:
                told = []
                if failure.event == JOB_FAILED:
                    told.append(Happening(hooks.JOB_FAILED, job.id, None, failure))
                if self._loops.look(job, failure):
                    told.append(Happening(hooks.CRASH_LOOP, job.id, None, failure, ENDS_BY_ITSELF_AFTER))
                return told
        return []


class CrashLoops:
    """Counts failures of a continuous job that come soon after its start: three in a row are a loop.

    Ends with exit code 0 are counted where the job is run, and arrive here as one failure.
    """

    def __init__(self) -> None:
        self._short: dict[JobKey, int] = {}

    def look(self, job: Job, failure: Failure) -> bool:
        """Whether a loop is seen with this failure; once a loop."""
        if failure.event in (JOB_ENDS, JOB_UNHEALTHY):
            return failure.event == JOB_ENDS
        key, launch = job.id.key, job.latest_launch
        # The first one since it was started by hand, deployed anew or changed.
        fresh = isinstance(job.phase, PendingRestart) and job.phase.restarts <= 1
        lived = None if launch is None or launch.ended is None else launch.ended - launch.started
        if failure.exit is not None and lived is not None and lived >= LIVED_LONG:
            self._short.pop(key, None)
            return False
        self._short[key] = count = 1 if fresh else self._short.get(key, 0) + 1
        return count == ENDS_BY_ITSELF_AFTER


def body_of(
    happening: Happening, tail: Sequence[str], site: Site, base: str, result: dict[str, Any] | None = None
) -> str:
    """The JSON that is posted. ``tail``: the last error lines of the job; ``base`` stands before every URL;
    ``result``: what the run has left.

    Members that are null are left out (spec 6.7).
    """
    fields: dict[str, Any] = {}
    if happening.run is not None:
        fields |= run_json(happening.run, base) | {"result": result}
    if (failure := happening.failure) is not None:
        if happening.run is None:
            fields["url"] = job_url(failure.job, base)
        fields |= facts([Told(failure, happening.times)], tail, site) | {"event": happening.event}
    return dump({key: value for key, value in fields.items() if value is not None})


def dump(fields: dict[str, Any]) -> str:
    """JSON whose text is UTF-8, whatever bytes a file's name has."""
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace").decode()


def job_url(job: JobId, base: str) -> str:
    """Where the API has a job."""
    return f"{base}/api/{job.type.value}webjobs/{quote(job.name, safe='', errors='surrogateescape')}"


def sample_body(event: str, at: datetime, site: Site, base: str) -> str:
    """A body like those of an event, about a job that there is not; ``test`` in it is true."""
    found = next((each for each in _samples(at) if each.event.lower() == event.lower()), None)
    fields = {"event": event} if found is None else json.loads(body_of(found, (), site, base))
    return dump({**fields, "test": True})


def _samples(at: datetime) -> list[Happening]:
    """One of each event."""
    name, exit, id = "wjtui-test", Exit(code=1), make_run_id(at, None)
    nightly, worker = JobId(JobType.TRIGGERED, name), JobId(JobType.CONTINUOUS, name)
    good = Run(RunRef(nightly, id), RunStatus.SUCCESS, "External - wjtui hooks test", at, at, Exit(code=0))
    bad = msgspec.structs.replace(good, status=RunStatus.FAILED, exit=exit)
    failed = Failure(JOB_FAILED, worker, at, "PendingRestart", exit=exit)
    return [
        Happening(hooks.RUN_FINISHED, nightly, good),
        Happening(hooks.RUN_FAILED, nightly, bad, Failure(RUN_FAILED, nightly, at, bad.status, id, exit)),
        Happening(hooks.JOB_FAILED, worker, None, failed),
        Happening(hooks.CRASH_LOOP, worker, None, failed, ENDS_BY_ITSELF_AFTER),
    ]
