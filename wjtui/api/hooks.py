"""Web hooks over HTTP, for who may know their passwords."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.errors import json_answer
from wjtui.api.requests import check_private, file_body, text_body
from wjtui.model.hooks import Subscription
from wjtui.service import JobService
from wjtui.wire.hooks import SubscribeBody, Subscribed

_SECRETS = (
    "Web hooks hold passwords: they are told, and changed, over the engine's Unix socket, or with credentials"
    " over TLS."
)
_EXAMPLE = '{"url": "https://ci.example.org/hooks/42", "event": "TriggeredJobFinished"}'


async def subscriptions(service: JobService, request: Request) -> Response:
    """Every one, the oldest first."""
    check_private(request, _SECRETS)
    return _secret(await service.hooks.subscriptions())


async def subscribe(service: JobService, request: Request) -> Response:
    """Tell a URL of an event from now on."""
    check_private(request, _SECRETS)
    body = await file_body(request, SubscribeBody, _EXAMPLE)
    return _secret(Subscribed(*await service.hooks.subscribe(body.url, body.event, body.insecure_ssl)))


async def find(service: JobService, request: Request) -> Response:
    """One of them."""
    check_private(request, _SECRETS)
    return _secret(await service.hooks.find(_id(request)))


async def unsubscribe(service: JobService, request: Request) -> Response:
    """Take one away."""
    check_private(request, _SECRETS)
    await service.hooks.unsubscribe(_id(request))
    return json_answer(None)


async def publish(service: JobService, request: Request) -> Response:
    """Tell every subscription of an event; the body is passed on as it is."""
    check_private(request, _SECRETS)
    body = await text_body(request) or "{}"
    return json_answer(await service.hooks.publish(request.path_params["event"], body))


async def test(service: JobService, request: Request) -> Response:
    """Tell one subscription of a made-up event."""
    check_private(request, _SECRETS)
    return _secret(await service.hooks.test(_id(request)))


def _id(request: Request) -> str:
    found: str = request.path_params["id"]
    return found


def _secret(value: Subscription | list[Subscription] | Subscribed) -> Response:
    answer = json_answer(value)
    answer.headers["Cache-Control"] = "no-store"
    return answer
