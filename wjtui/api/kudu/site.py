"""Settings of the site over Kudu's API (spec 8.9). They hold secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu.answers import empty, json_body, trouble
from wjtui.api.kudu.json_bodies import object_body
from wjtui.model.errors import InvalidRequest
from wjtui.model.site import SiteChange
from wjtui.service import JobService

_EXAMPLE = '{"NAME":"value"}'


async def read_all(service: JobService, request: Request) -> Response:
    """Every setting, with its value."""
    return unstored(json_body((await service.settings.site()).values))


async def save(service: JobService, request: Request) -> Response:
    """Add or replace settings; the others stay."""
    values = settings_in(await object_body(request, _EXAMPLE))
    if values:
        await service.settings.change_site(SiteChange(put=values))
    return empty(204)


async def read(service: JobService, request: Request) -> Response:
    """The value of one setting."""
    values = (await service.settings.site()).values
    key = _spelt(values, request.path_params["key"])
    if key is None:
        return trouble("There is no such setting.", 404)
    return unstored(json_body(values[key]))


async def delete(service: JobService, request: Request) -> Response:
    """Take one setting away; nothing happens where it is not there."""
    key = _spelt((await service.settings.site()).values, request.path_params["key"])
    if key is not None:
        await service.settings.change_site(SiteChange(remove=(key,)))
    return empty(204)


def settings_in(body: Mapping[str, Any]) -> dict[str, str]:
    """Settings by name, out of ``{"NAME":"value"}`` or ``{"key":"NAME","value":"value"}``.

    Numbers and switches count as the text that they are in JSON. Raises InvalidRequest.
    """
    if set(body) == {"key", "value"} and isinstance(body["key"], str):
        body = {body["key"]: body["value"]}
    return {name: _text(name, value) for name, value in body.items()}


def unstored(answer: Response) -> Response:
    """An answer with secrets in it, which nobody on the way is to keep."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise InvalidRequest(f"'{name}' has no value that is a text: send for example {_EXAMPLE}.")


def _spelt(values: Mapping[str, str], key: str) -> str | None:
    """The name as it is kept: exactly, else in any case, as Windows has variables."""
    if key in values:
        return key
    return next((name for name in values if name.lower() == key.lower()), None)
