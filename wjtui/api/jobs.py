"""Jobs over HTTP: what there is, and every command."""

from __future__ import annotations

from datetime import UTC

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.errors import json_answer
from wjtui.api.requests import (
    before,
    check_unix_socket,
    correlation,
    idempotency_key,
    job_id,
    later_body,
    number,
    run_body,
    run_ref,
    switch,
)
from wjtui.model.starts import correlation_of
from wjtui.service import JobService

MAX_RUNS = 1000
"""Runs in one answer."""


async def snapshot(service: JobService, request: Request) -> Response:
    """Everything there is to show."""
    return json_answer(await service.snapshot())


async def list_runs(service: JobService, request: Request) -> Response:
    """Runs of a triggered job, newest first."""
    limit = number(request, "limit", 50, low=1, high=MAX_RUNS)
    return json_answer(await service.runs(job_id(request), before=before(request), limit=limit))


async def history(service: JobService, request: Request) -> Response:
    """Runs of every triggered job, newest first; those older than the run in the path, where there is one."""
    limit = number(request, "limit", 100, low=1, high=MAX_RUNS)
    before = run_ref(request) if "run" in request.path_params else None
    return json_answer(await service.history(before=before, limit=limit))


async def get_run(service: JobService, request: Request) -> Response:
    """One run."""
    return json_answer(await service.get_run(run_ref(request)))


async def result(service: JobService, request: Request) -> Response:
    """The JSON object that a run has left, as it was written; 204 where there is none."""
    found = await service.result(run_ref(request))
    return Response(status_code=204) if found is None else Response(found, media_type="application/json")


async def delete_run(service: JobService, request: Request) -> Response:
    """Move a run to the trash."""
    await service.delete_run(run_ref(request))
    return json_answer({})


async def restore_run(service: JobService, request: Request) -> Response:
    """Bring a deleted run back."""
    await service.restore_run(run_ref(request))
    return json_answer({})


async def list_instances(service: JobService, request: Request) -> Response:
    """What each instance of the root says of a job."""
    return json_answer(await service.instances(job_id(request)))


async def workplace(service: JobService, request: Request) -> Response:
    """What a job's process finds around itself, secrets included: for who may open the socket alone."""
    why = "A job's environment holds secrets: it is told over the engine's Unix socket alone."
    check_unix_socket(request, why)
    answer = json_answer(await service.workplace(job_id(request)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def list_launches(service: JobService, request: Request) -> Response:
    """The last launches of a continuous job."""
    return json_answer(await service.launches(job_id(request)))


async def start(service: JobService, request: Request) -> Response:
    """Start a continuous job."""
    await service.start(job_id(request))
    return json_answer({})


async def stop(service: JobService, request: Request) -> Response:
    """Stop a job; ``now`` skips the grace."""
    await service.stop(job_id(request), now=switch(request, "now"))
    return json_answer({})


async def restart(service: JobService, request: Request) -> Response:
    """Stop and start a continuous job."""
    await service.restart(job_id(request))
    return json_answer({})


async def run(service: JobService, request: Request) -> Response:
    """Start a run of a triggered job."""
    job, body = job_id(request), await run_body(request)
    traced = correlation_of(body.correlation) or correlation(request)
    id = await service.run(
        job,
        body.arguments,
        trigger=body.trigger,
        body=body.body,
        correlation=traced,
        key=body.key or idempotency_key(request),
    )
    answer = json_answer({"run": id})
    if traced:
        answer.headers["x-correlation-id"] = traced
    return answer


async def run_later(service: JobService, request: Request) -> Response:
    """Put a start of a triggered job off to an instant."""
    job, body = job_id(request), await later_body(request)
    await service.run_later(job, body.at.astimezone(UTC), body.arguments, trigger=body.trigger)
    return json_answer({})


async def cancel_later(service: JobService, request: Request) -> Response:
    """Take the start that was put off back."""
    await service.cancel_later(job_id(request))
    return json_answer({})


async def pause(service: JobService, request: Request) -> Response:
    """Let a job's schedule wait no more."""
    await service.pause(job_id(request))
    return json_answer({})


async def resume(service: JobService, request: Request) -> Response:
    """Let a job's schedule wait again."""
    await service.resume(job_id(request))
    return json_answer({})


async def list_missed(service: JobService, request: Request) -> Response:
    """The last stretches of scheduled instants without a run."""
    return json_answer(await service.missed(job_id(request)))


async def cancel(service: JobService, request: Request) -> Response:
    """End a run as Aborted; ``now`` skips the grace."""
    await service.cancel(run_ref(request), now=switch(request, "now"))
    return json_answer({})


async def shut_down(service: JobService, request: Request) -> Response:
    """Begin to stop every job and the engine."""
    await service.shut_down()
    return json_answer({})
