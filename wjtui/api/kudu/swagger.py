"""A description of the runs that can be begun, in Swagger 2.0 (spec 8.4)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu.answers import json_body
from wjtui.model.identity import JobType
from wjtui.service import JobService


async def describe(service: JobService, request: Request) -> Response:
    """One path for each triggered job."""
    jobs = (await service.snapshot()).jobs
    names = sorted(job.id.name for job in jobs if job.id.type is JobType.TRIGGERED)
    return json_body(
        {
            "swagger": "2.0",
            "info": {"version": "v1", "title": "WebJobs"},
            "host": "placeHolder",
            "schemes": ["https"],
            "paths": {_path(name): {"post": _operation(name)} for name in names},
        }
    )


def _path(name: str) -> str:
    # The older alias, as Kudu's own description has it.
    return f"/api/triggeredjobs/{quote(name, safe='', errors='surrogateescape')}/run"


def _operation(name: str) -> dict[str, Any]:
    return {
        "deprecated": False,
        "operationId": name,
        "consumes": [],
        "produces": [],
        "responses": {"200": {"description": "Success"}, "default": {"description": "Success"}},
        "parameters": [
            {
                "name": "arguments",
                "in": "query",
                "description": "Web Job Arguments",
                "required": False,
                "type": "string",
            }
        ],
    }
