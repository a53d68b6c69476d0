"""Bringing jobs in over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.errors import json_answer
from wjtui.api.requests import check_unix_socket, file_body, staging_token
from wjtui.model.deploys import DeployPlan, Package
from wjtui.model.errors import InvalidRequest
from wjtui.service import JobService
from wjtui.support.tasks import first
from wjtui.wire.changes import CommitBody, DiffBody, StageBody, unescaped

_PLAN = '{"jobs": [{"id": {"type": "triggered", "name": "nightly"}}]}'


async def stage(service: JobService, request: Request) -> Response:
    """Unpack or copy a source beside the jobs. Nothing is left when the client leaves or the server stops.

    A path is read with the rights of the engine, so it is taken from who may open the socket alone.
    """
    check_unix_socket(request, "A package on this machine is staged over the engine's Unix socket alone.")
    token = staging_token(request)
    body = await file_body(request, StageBody, '{"source": "/tmp/nightly.zip"}')
    return json_answer(await stage_for(service, request, _source(body), token, unescaped(body.name)))


async def stage_for(service: JobService, request: Request, source: Path, token: str, name: str) -> Package:
    """Stage a source as long as the client is there and the server stays; its body has been read by then."""
    staging = asyncio.get_running_loop().create_task(
        service.deploys.stage(source, token, name=name), name=f"staging of {token}"
    )
    try:
        await first(_left(request), request.app.state.closing.wait(), staging)
    finally:
        if not staging.done():
            await service.deploys.discard(token)
            await asyncio.wait({staging})
    return await staging


async def preview(service: JobService, request: Request) -> Response:
    """What a plan would do."""
    token = staging_token(request)
    return json_answer(await service.deploys.preview(token, await file_body(request, DeployPlan, _PLAN)))


async def diff(service: JobService, request: Request) -> Response:
    """A file in place against what it would be."""
    token = staging_token(request)
    example = '{"job": {"id": {"type": "triggered", "name": "nightly"}}, "path": "run.sh"}'
    body = await file_body(request, DiffBody, example)
    return json_answer(await service.deploys.diff(token, body.job, body.path))


async def commit(service: JobService, request: Request) -> Response:
    """Put the jobs of a plan in place."""
    token = staging_token(request)
    body = await file_body(request, CommitBody, f'{{"plan": {_PLAN}, "by": "API - me"}}')
    return json_answer(await service.deploys.commit(token, body.plan, by=body.by))


async def discard(service: JobService, request: Request) -> Response:
    """Throw away what is staged, or being staged."""
    await service.deploys.discard(staging_token(request))
    return json_answer({})


def _source(body: StageBody) -> Path:
    path = Path(unescaped(body.source))
    if not path.is_absolute():
        raise InvalidRequest(
            f"source is '{path}', which the engine would look for in a folder of its own: send an absolute"
            " path, for example /tmp/nightly.zip."
        )
    return path


async def _left(request: Request) -> None:
    """Wait until the client is gone; its request has been read to the end."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
