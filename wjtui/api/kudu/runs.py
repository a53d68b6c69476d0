"""Runs over Kudu's API: begin one, the history, one run, cancel (spec 8.4)."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu import arm
from wjtui.api.kudu.answers import disk_answer, empty, json_body
from wjtui.api.kudu.caller import trigger
from wjtui.api.kudu.etags import tagged
from wjtui.api.kudu.jobs import known_job
from wjtui.api.kudu.named import job_id, run_ref
from wjtui.api.kudu.origin import base_url
from wjtui.api.kudu.shown import show_runs
from wjtui.api.requests import correlation, idempotency_key, run_input
from wjtui.model.errors import Conflict
from wjtui.model.jobs import Job
from wjtui.model.runs import Run, RunId
from wjtui.service import JobService

MAX_RUNS = 1000
"""Runs in a history: twenty times what is kept unless somebody asks for more (spec 1.5)."""
_PAGE = 50


async def run(service: JobService, request: Request) -> Response:
    """Begin a run: 202 and where to find it; 200 for a management proxy, which takes nothing else.

    A body that is no form is the run's input.
    """
    job = await known_job(service, job_id(request))
    arguments = request.query_params.get("arguments")
    traced = correlation(request)
    try:
        id = await service.run(
            job.id,
            arguments,
            trigger=trigger(request),
            body=await run_input(request),
            correlation=traced,
            key=idempotency_key(request),
        )
    except Conflict as error:
        if (answer := disk_answer(error)) is None:
            raise
        return answer
    answer = empty(200 if arm.is_proxied(request) else 202)
    name = quote(job.id.name, safe="", errors="surrogateescape")
    answer.headers["Location"] = f"{base_url(request)}/api/triggeredwebjobs/{name}/history/{id}"
    if traced:
        answer.headers["x-correlation-id"] = traced
    return answer


async def history(service: JobService, request: Request) -> Response:
    """Runs of a job, newest first."""
    job = await known_job(service, job_id(request))
    found = await show_runs(request, job, await _all_runs(service, job))
    shown = arm.many(request, (each.shown for each in found))
    whole = shown if arm.is_proxied(request) else {"runs": shown}
    # The name, so that two histories without a run have two tags.
    return tagged(request, whole, arm.lasting(request, [job.id.name, *(each.lasting for each in found)]))


async def get_run(service: JobService, request: Request) -> Response:
    """One run."""
    ref = run_ref(request)
    job = await known_job(service, ref.job)
    run = await service.get_run(ref)
    [both] = await show_runs(request, job, [run])
    left = await service.result(run.ref)
    result = {} if left is None else {"result": msgspec.json.decode(left)}
    return json_body(arm.one(request, both.shown | result))


async def cancel(service: JobService, request: Request) -> Response:
    """End a run that is going as Aborted, with its grace."""
    ref = run_ref(request)
    await known_job(service, ref.job)
    await service.cancel(ref)
    return empty(202)


async def _all_runs(service: JobService, job: Job) -> list[Run]:
    """Page by page, so that who else asks waits for one page at most."""
    found: list[Run] = []
    before: RunId | None = None
    while len(found) < MAX_RUNS:
        page = await service.runs(job.id, before=before, limit=_PAGE)
        found += page
        if len(page) < _PAGE:
            break
        before = page[-1].ref.run
        await asyncio.sleep(0)
    return found
