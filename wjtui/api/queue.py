"""Starts that wait, over HTTP."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.errors import json_answer
from wjtui.api.requests import job_id, run_ref
from wjtui.service import JobService


async def waiting(service: JobService, request: Request) -> Response:
    """Starts of a job that wait, in their order."""
    return json_answer(await service.queue.waiting(job_id(request)))


async def withdraw(service: JobService, request: Request) -> Response:
    """Take one back, or all of them; how many that were."""
    run = run_ref(request).run if "run" in request.path_params else None
    return json_answer(await service.queue.withdraw(job_id(request), run))
