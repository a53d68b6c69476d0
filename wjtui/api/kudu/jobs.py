"""Jobs over Kudu's API: lists, one job, start, stop, restart and delete (spec 8.4)."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu import arm
from wjtui.api.kudu.answers import disk_answer, empty, json_body, trouble
from wjtui.api.kudu.etags import tagged
from wjtui.api.kudu.named import job_id
from wjtui.api.kudu.shown import find_job, show_jobs
from wjtui.model.errors import Conflict, JobNotFound
from wjtui.model.identity import JobId, JobType
from wjtui.model.jobs import Job
from wjtui.service import JobService

_ORDER = (JobType.TRIGGERED, JobType.CONTINUOUS)


async def list_all(service: JobService, request: Request) -> Response:
    """Every job: triggered ones, then continuous ones, each by name."""
    return await _list(service, request, _ORDER)


async def list_type(service: JobService, request: Request) -> Response:
    """Jobs of one type, by name."""
    return await _list(service, request, (JobType(request.path_params["type"]),))


async def get(service: JobService, request: Request) -> Response:
    """One job."""
    return await job_answer(service, request, await known_job(service, job_id(request)))


async def delete(service: JobService, request: Request) -> Response:
    """Stop a job and take it out, its history too; 200 as well where there is none (spec 9.4)."""
    job = job_id(request)
    try:
        await service.trash.delete(job)
    except JobNotFound:
        pass
    return empty()


async def start(service: JobService, request: Request) -> Response:
    """Start a continuous job."""
    return await _done(service.start(job_id(request)))


async def stop(service: JobService, request: Request) -> Response:
    """Stop a continuous job."""
    return await _done(service.stop(job_id(request)))


async def restart(service: JobService, request: Request) -> Response:
    """Stop and start a continuous job; it is refused where the job is stopped."""
    return await _done(service.restart(job_id(request)))


async def known_job(service: JobService, job: JobId) -> Job:
    """A job by its name in any case. Raises JobNotFound."""
    found = await find_job(service, job)
    if found is None:
        raise JobNotFound(f"There is no job '{job}'.")
    return found


async def job_answer(service: JobService, request: Request, job: Job) -> Response:
    """One job, as it is shown to whoever asks."""
    [both] = await show_jobs(service, request, [job])
    return json_body(arm.one(request, both.shown))


async def _list(service: JobService, request: Request, kinds: Sequence[JobType]) -> Response:
    jobs = [job for job in (await service.snapshot()).jobs if job.id.type in kinds]
    jobs.sort(key=lambda job: (kinds.index(job.id.type), job.id.name.lower()))
    found = await show_jobs(service, request, jobs)
    shown = arm.many(request, (each.shown for each in found))
    return tagged(request, shown, arm.lasting(request, [each.lasting for each in found]))


async def _done(command: Awaitable[None]) -> Response:
    try:
        await command
    except Conflict as error:
        return disk_answer(error) or trouble(error.message, error.http_status)
    return empty()
