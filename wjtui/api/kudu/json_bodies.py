"""Bodies that are JSON objects, whatever type they are said to have."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from wjtui.api.requests import text_body
from wjtui.model.errors import InvalidRequest


async def object_body(request: Request, example: str) -> dict[str, Any]:
    """The body as an object. Raises InvalidRequest."""
    text = (await text_body(request)).removeprefix("\ufeff")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidRequest(f"The body is no JSON object: send one, for example {example}.")
    return found
