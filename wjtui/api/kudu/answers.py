"""Answers as Kudu's clients know them: error bodies of spec 8.1, and a net below every handler."""

from __future__ import annotations

import errno
import logging
from collections.abc import Awaitable, Callable
from json import dumps

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from wjtui.api.errors import Handler
from wjtui.model.errors import JobNotFound, RunNotFound, WjtuiError
from wjtui.service import JobService

log = logging.getLogger(__name__)


def json_body(value: object, status: int = 200) -> Response:
    """A value as JSON, its null members there."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        # A name on the disk is bytes, and those that are no UTF-8 are halves of characters here.
        data = _bytes(dumps(value, ensure_ascii=False, separators=(",", ":")))
    return Response(data, status, headers={"Content-Type": "application/json; charset=utf-8"})


def sentence(text: str, status: int) -> Response:
    """A refusal by the engine: plain text."""
    return Response(_bytes(text), status, media_type="text/plain")


def trouble(text: str, status: int) -> Response:
    """A refusal that the disk, or a job that does not answer, is the reason of: JSON with a message."""
    return json_body({"Message": text}, status)


def empty(status: int = 200) -> Response:
    """An answer that says everything by its status."""
    return Response(b"", status)


def disk_error(error: WjtuiError) -> OSError | None:
    """What the disk has said, where that is the reason of a refusal."""
    return error.__context__ if isinstance(error.__context__, OSError) else None


def disk_answer(error: WjtuiError) -> Response | None:
    """The answer to a command that the disk has refused (spec 8.4); None: something else has."""
    if (reason := disk_error(error)) is None:
        return None
    return trouble(error.message, 503 if reason.errno == errno.EROFS else 409)


def answering(handler: Handler, service: JobService) -> Callable[[Request], Awaitable[Response]]:
    """A handler as an endpoint that always answers."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(service, request)
        except (JobNotFound, RunNotFound):
            return empty(404)
        except WjtuiError as error:
            return sentence(error.message, error.http_status)
        except ClientDisconnect:
            return empty(400)  # nobody reads it
        except Exception:
            log.exception("%s %s failed", request.method, request.url.path)
            return trouble("The engine failed at this request; engine.log says why.", 500)

    return endpoint


def _bytes(text: str) -> bytes:
    """UTF-8; half a character, as a file's name may hold one, is told by its number."""
    return text.encode("utf-8", "backslashreplace")
