"""Uploads: a package of a client that shares no files with the engine, on its way to be staged."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.deploys import stage_for
from wjtui.api.errors import json_answer
from wjtui.api.kudu.intake import received
from wjtui.model.errors import Conflict, InvalidRequest
from wjtui.service import JobService
from wjtui.wire.changes import check_token, unescaped

PATH = "/uploads"
_EXAMPLE = "for example ?name=nightly.zip&token=4f1c09aa53b2e7d8"


async def upload(service: JobService, request: Request) -> Response:
    """Take a .zip or one script as the body, stage it under ``token`` as ``name``, and say what is in it."""
    token = check_token(request.query_params.get("token", ""))
    name = unescaped(request.query_params.get("name", ""))
    if not name:
        raise InvalidRequest(f"An upload needs a name, {_EXAMPLE}.")
    if request.app.state.surroundings is None:
        raise Conflict("This engine has no place for uploads: give the path of a file on its machine.")
    try:
        async with received(request) as body:
            return json_answer(await stage_for(service, request, body.path, token, name))
    except OSError as error:
        raise Conflict(
            f"The upload could not be stored ({error.strerror}): see to the engine's disk."
        ) from error
