"""Settings of jobs and of the site over HTTP."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.errors import json_answer
from wjtui.api.requests import check_private, file_body, job_id
from wjtui.model.site import SiteChange, SiteSettings
from wjtui.service import JobService
from wjtui.wire.changes import SaveBody

_SECRETS = (
    "Settings of the site hold secrets: they are told, and changed, over the engine's Unix socket, or with"
    " credentials over TLS."
)


async def read(service: JobService, request: Request) -> Response:
    """The ``settings.job`` of a job."""
    return json_answer(await service.settings.read(job_id(request)))


async def save(service: JobService, request: Request) -> Response:
    """Replace the ``settings.job`` of a job."""
    job = job_id(request)
    body = await file_body(request, SaveBody, '{"text": "{}", "by": "API - me"}')
    return json_answer(await service.settings.save(job, body.text, etag=body.etag, by=body.by))


async def site(service: JobService, request: Request) -> Response:
    """The settings of the site, for who may open the socket, or logs in where nobody can listen."""
    check_private(request, _SECRETS)
    return _secret(await service.settings.site())


async def change_site(service: JobService, request: Request) -> Response:
    """Change the settings of the site. Its answer tells them too, and what it sets reaches every job."""
    check_private(request, _SECRETS)
    change = await file_body(request, SiteChange, '{"put": {"COLOUR": "red"}}')
    return _secret(await service.settings.change_site(change))


def _secret(settings: SiteSettings) -> Response:
    answer = json_answer(settings)
    answer.headers["Cache-Control"] = "no-store"
    return answer
