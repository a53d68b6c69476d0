"""Errors on their way out: refusals with code and status, bugs with one sentence and a logged traceback."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from wjtui.model.errors import WjtuiError
from wjtui.model.senders import SENDER_PATH
from wjtui.service import JobService
from wjtui.wire.stream import Refusal, encode

Handler = Callable[[JobService, Request], Awaitable[Response]]

log = logging.getLogger(__name__)


def json_answer(value: object, status: int = 200) -> Response:
    """Any value as JSON."""
    return Response(encode(value), status, media_type="application/json")


def refusal(code: str, message: str, status: int) -> Response:
    """A refused request."""
    return json_answer(Refusal(code, message), status)


def answering(handler: Handler, service: JobService) -> Callable[[Request], Awaitable[Response]]:
    """A handler as an endpoint that always answers."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(service, request)
        except WjtuiError as error:
            return refusal(error.code, error.message, error.http_status)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except Exception:
            log.exception("%s %s failed", request.method, _shown(request.url.path))
            return refusal("failed", "The engine failed at this request; engine.log says why.", 500)

    return endpoint


def _shown(path: str) -> str:
    """A path for the log: the secret of a sender URL is not for it."""
    return f"{SENDER_PATH}***" if path.startswith(SENDER_PATH) else path


async def unknown(request: Request, error: Exception) -> Response:
    """No such route, or not with this method."""
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    answer = refusal(
        phrase.lower().replace(" ", "-"), f"{request.method} {request.url.path}: {phrase}.", error.status_code
    )
    answer.headers.update(error.headers or {})
    return answer
