"""What follows from the end of a run: a retry, the next job of a chain, a schedule that is paused. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from wjtui.engine.recovery import REASON as CRASHED
from wjtui.model.identity import JobId, JobType
from wjtui.model.runs import Run, RunStatus
from wjtui.model.settings import JobSettings
from wjtui.model.starts import Start


class Next(NamedTuple):
    """A start that follows."""

    job: JobId
    start: Start
    due: datetime | None = None


class Sequel(NamedTuple):
    """All that follows."""

    next: Next | None = None
    retries: bool = False
    """Whether that is the same job once more."""
    pauses: bool = False
    """Whether the schedule is paused: too many runs in a row have failed."""


def has_failed(run: Run) -> bool:
    """Whether a run counts as failed: by itself, by a limit, or because the engine went down under it.

    One that a person ended, or an engine that was shut down, has not.
    """
    return run.status is RunStatus.FAILED or (run.status is RunStatus.ABORTED and run.reason == CRASHED)


def decide(run: Run, settings: JobSettings, recent: Sequence[Run]) -> Sequel:
    """What follows from a run that has ended; ``recent``: runs of its job, newest first, itself included."""
    if run.status is RunStatus.SUCCESS:
        return Sequel(_step(run, settings.on_success))
    if not has_failed(run):
        return Sequel()
    pauses = settings.poison_after is not None and _failed_in_row(recent) >= settings.poison_after
    retry = settings.retry
    if retry is not None and run.attempt < retry.count:
        attempt = run.attempt + 1
        trigger = f"Retry {attempt}/{retry.count} of {run.ref.run}"
        start = Start(
            trigger,
            run.arguments,
            input=run.input,
            correlation=run.correlation,
            attempt=attempt,
            origin=run.ref,
        )
        ended = run.ended or run.started
        due = ended + timedelta(seconds=retry.wait(attempt))
        return Sequel(Next(run.ref.job, start, due), retries=True, pauses=pauses)
    return Sequel(_step(run, settings.on_failure), pauses=pauses)


def cycle_from(name: str, settings: Mapping[str, JobSettings]) -> list[str]:
    """The jobs of a chain that leads back to ``name``, in its order; none where it does not.

    ``settings``: lower-case name -> settings, of triggered jobs.
    """
    wanted, paths, seen = name.lower(), [[name.lower()]], set[str]()
    while paths:
        path = paths.pop()
        found = settings.get(path[-1])
        for following in (found.on_success.lower(), found.on_failure.lower()) if found is not None else ():
            if following == wanted:
                return path
            if following and following not in seen:
                seen.add(following)
                paths.append([*path, following])
    return []


def _step(run: Run, name: str) -> Next | None:
    if not name:
        return None
    start = Start(f"After {run.ref.job.name} {run.ref.run}", correlation=run.correlation, origin=run.ref)
    return Next(JobId(JobType.TRIGGERED, name), start)


def _failed_in_row(recent: Sequence[Run]) -> int:
    count = 0
    for run in recent:
        if not has_failed(run):
            break
        count += 1
    return count
