"""Deleting jobs over HTTP, and bringing them back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.errors import json_answer
from wjtui.api.requests import job_id, switch, trash_id
from wjtui.service import JobService


async def delete(service: JobService, request: Request) -> Response:
    """Stop a job and move it to the trash; ``keep_history`` leaves its runs in place."""
    job, keep_history = job_id(request), switch(request, "keep_history")
    return json_answer(await service.trash.delete(job, keep_history=keep_history))


async def contents(service: JobService, request: Request) -> Response:
    """What lies in the trash, newest first."""
    return json_answer(await service.trash.contents())


async def restore(service: JobService, request: Request) -> Response:
    """Bring a deleted job back."""
    return json_answer(await service.trash.restore(trash_id(request)))
