"""Jobs and runs as clients see them: values of the service and facts of the disk, as JSON (spec 8.3)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request

from wjtui.api.kudu.origin import base_url
from wjtui.api.surroundings import surroundings
from wjtui.model.base import Value, iso
from wjtui.model.errors import JobNotFound
from wjtui.model.identity import JobId
from wjtui.model.instances import Instance
from wjtui.model.jobs import Job, status_word
from wjtui.model.runs import Run, RunId
from wjtui.service import JobService
from wjtui.wire.kudu import client_job_json, job_json, more_of_run, run_json

Json = dict[str, Any]


class Both(Value, frozen=True):
    """Something as it is shown, and what its ETag is made from: all that may change, but no duration."""

    shown: Json
    lasting: tuple[object, ...]


class _Facts(Value, frozen=True):
    """What the data folder of a job tells."""

    scheduler_log: bool = False
    error_log: bool = False
    others: bool = False
    """Whether an instance beside this one has left a status there."""


async def show_jobs(service: JobService, request: Request, jobs: Sequence[Job]) -> list[Both]:
    """Jobs, in the order given."""
    around, base = surroundings(request), base_url(request)
    now = around.clock.now()
    facts = await asyncio.to_thread(lambda: [_look(job, around.iid) for job in jobs])
    found = []
    for job, fact in zip(jobs, facts, strict=True):
        instances = await _instances(service, job) if fact.others else []
        shown = job_json(
            job,
            base,
            now,
            iid=around.iid,
            instances=instances,
            scheduler_log=fact.scheduler_log,
            error_log=fact.error_log,
        )
        found.append(Both(client_job_json(shown), _lasting_job(job, fact, instances)))
    return found


async def show_runs(request: Request, job: Job, runs: Sequence[Run]) -> list[Both]:
    """Runs of one job, in the order given."""
    base, now = base_url(request), surroundings(request).clock.now()
    data = Path(job.data)
    logs = await asyncio.to_thread(lambda: [_has_error_log(data, run.ref.run) for run in runs])
    return [
        Both(run_json(run, base, now, error_log=log), _lasting_run(run, log))
        for run, log in zip(runs, logs, strict=True)
    ]


async def find_job(service: JobService, job: JobId) -> Job | None:
    """A job by its name in any case."""
    return next((each for each in (await service.snapshot()).jobs if each.id.key == job.key), None)


async def _instances(service: JobService, job: Job) -> list[Instance]:
    try:
        return await service.instances(job.id)
    except JobNotFound:
        return []  # it has gone since the list was made


def _lasting_job(job: Job, fact: _Facts, instances: Sequence[Instance]) -> tuple[object, ...]:
    run = job.latest_run
    return (
        job.id.type.value,
        job.id.name,
        job.script.path if job.script is not None else None,
        job.error,
        job.using_sdk,
        job.settings.raw,
        fact.scheduler_log,
        _lasting_run(run, fact.error_log) if run is not None else status_word(job.phase),
        [(each.name, each.status, each.alive) for each in instances],
    )


def _lasting_run(run: Run, error_log: bool) -> tuple[object, ...]:
    ended = iso(run.ended) if run.ended is not None else None
    known = run.ref.run, run.status.value, ended, run.trigger, run.output_size is not None, error_log
    return (*known, *more_of_run(run).items())


def _look(job: Job, iid: str) -> _Facts:
    data = Path(job.data)
    if job.is_continuous:
        try:
            return _Facts(
                others=any(n.startswith("status_") and n != f"status_{iid}" for n in os.listdir(data))
            )
        except OSError:
            return _Facts()
    latest = job.latest_run
    return _Facts(
        (data / "job_scheduler.log").exists(), latest is not None and _has_error_log(data, latest.ref.run)
    )


def _has_error_log(data: Path, run: RunId) -> bool:
    return (data / run / "error_log.txt").exists()
