"""Versions of a job over HTTP."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.errors import json_answer
from wjtui.api.requests import file_body, file_path, job_id, version_number
from wjtui.service import JobService
from wjtui.wire.changes import RollBackBody


async def list_versions(service: JobService, request: Request) -> Response:
    """Versions that there are, newest first."""
    return json_answer(await service.versions.of(job_id(request)))


async def compare(service: JobService, request: Request) -> Response:
    """What going back to a version would change."""
    job = job_id(request)
    return json_answer(await service.versions.compare(job, version_number(request, job)))


async def diff(service: JobService, request: Request) -> Response:
    """A file in place against that of a version."""
    job = job_id(request)
    number, path = version_number(request, job), file_path(request)
    return json_answer(await service.versions.diff(job, number, path))


async def roll_back(service: JobService, request: Request) -> Response:
    """Put an earlier version in place."""
    job = job_id(request)
    body = await file_body(request, RollBackBody, '{"number": 3}')
    version = await service.versions.roll_back(job, body.number, running=body.running, by=body.by)
    return json_answer(version)
