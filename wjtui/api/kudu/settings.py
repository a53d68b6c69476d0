"""``settings.job`` over Kudu's API (spec 8.4)."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu.answers import disk_answer, empty, json_body
from wjtui.api.kudu.caller import author
from wjtui.api.kudu.jobs import job_answer, known_job
from wjtui.api.kudu.named import job_id
from wjtui.api.requests import MAX_FILE_BODY
from wjtui.model.errors import Conflict, InvalidSettings
from wjtui.model.identity import JobId
from wjtui.service import JobService


async def read(service: JobService, request: Request) -> Response:
    """What the file says, every key as it came; ``{}`` where there is none, or none that can be read."""
    document = await service.settings.read(job_id(request))
    return json_body(dict(document.settings.raw))


async def save(service: JobService, request: Request) -> Response:
    """Replace the whole file by the body."""
    job = (await known_job(service, job_id(request))).id
    text = await _text(request)
    if not isinstance(_parsed(text), dict):
        raise InvalidSettings('The body is no JSON object: send one, for example {"is_singleton":true}.')
    return await _saved(service, request, job, text) or empty()


async def save_of_proxy(service: JobService, request: Request, job: JobId) -> Response:
    """What a management proxy puts on a job: an envelope, of which the settings count (spec 8.1)."""
    found = await known_job(service, job)
    envelope = _parsed(await _text(request))
    properties = envelope.get("properties") if isinstance(envelope, dict) else None
    settings = properties.get("settings") if isinstance(properties, dict) else None
    if not isinstance(settings, dict):
        raise InvalidSettings(
            'The body has no settings: send an envelope, for example {"properties":{"settings":{}}}.'
        )
    refused = await _saved(service, request, found.id, json.dumps(settings, ensure_ascii=False))
    return refused or await job_answer(service, request, await known_job(service, job))


async def _saved(service: JobService, request: Request, job: JobId, text: str) -> Response | None:
    try:
        await service.settings.save(job, text, by=author(request))
    except Conflict as error:
        if (answer := disk_answer(error)) is None:
            raise
        return answer
    return None


async def _text(request: Request) -> str:
    """The body as text. Raises InvalidSettings."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FILE_BODY:
            raise InvalidSettings(f"The body is over {MAX_FILE_BODY} bytes: settings have 1 MiB at most.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidSettings("The body is not UTF-8: send JSON in UTF-8.") from None


def _parsed(text: str) -> Any:
    """Strict JSON. Raises InvalidSettings."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidSettings(
            f'The body cannot be read ({error}): send a JSON object, for example {{"is_singleton":true}}.'
        ) from None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON's")
