"""Web hooks over Kudu's API (spec 8.9). Their URLs may hold passwords."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu.answers import empty, json_body, trouble
from wjtui.api.kudu.json_bodies import object_body
from wjtui.api.kudu.site import unstored
from wjtui.api.requests import text_body
from wjtui.model.base import iso
from wjtui.model.errors import HookNotFound, InvalidRequest
from wjtui.model.hooks import Subscription
from wjtui.service import JobService

_EXAMPLE = '{"url":"https://ci.example.org/hooks/42","event":"TriggeredJobFinished"}'


async def list_all(service: JobService, request: Request) -> Response:
    """Every subscription, the oldest first."""
    return unstored(json_body([hook_json(each) for each in await service.hooks.subscriptions()]))


async def subscribe(service: JobService, request: Request) -> Response:
    """Tell a URL of an event from now on; the subscription that is there where there is one."""
    body = await object_body(request, _EXAMPLE)
    url, event, insecure = body.get("url"), body.get("event"), body.get("insecure_ssl")
    if not isinstance(url, str) or not isinstance(event, str):
        raise InvalidRequest(f"url and event are wanted, both as text: send for example {_EXAMPLE}.")
    if not isinstance(insecure, bool | None):
        raise InvalidRequest("insecure_ssl is neither true nor false: send one of them, or leave it out.")
    found, _ = await service.hooks.subscribe(url, event, bool(insecure))
    return unstored(json_body(hook_json(found), 201))


async def find(service: JobService, request: Request) -> Response:
    """One subscription."""
    try:
        found = await service.hooks.find(request.path_params["id"])
    except HookNotFound as error:
        return trouble(error.message, 404)
    return unstored(json_body(hook_json(found)))


async def unsubscribe(service: JobService, request: Request) -> Response:
    """Take one away; 200 as well where it is not there."""
    try:
        await service.hooks.unsubscribe(request.path_params["id"])
    except HookNotFound:
        pass
    return empty()


async def publish(service: JobService, request: Request) -> Response:
    """Tell every subscription of an event; the body is passed on as it is."""
    await service.hooks.publish(request.path_params["event"], await text_body(request) or "{}")
    return empty()


def hook_json(hook: Subscription) -> dict[str, Any]:
    """A subscription as clients know it, null members there."""
    at = hook.last_datetime
    return {
        "id": hook.id,
        "url": hook.url,
        "event": hook.event,
        "insecure_ssl": hook.insecure_ssl,
        "last_status": hook.last_status,
        "last_reason": hook.last_reason,
        "last_datetime": None if at is None else iso(at),
        "last_context": hook.last_context,
    }
