"""What a request says: names out of the path, numbers and switches out of the query, the body."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec
from starlette.requests import Request

from wjtui.model.base import Value
from wjtui.model.errors import (
    InvalidRequest,
    JobNotFound,
    NotAllowed,
    RunNotFound,
    TooLarge,
    TrashNotFound,
    VersionNotFound,
)
from wjtui.model.events import LogKind, LogRef
from wjtui.model.identity import JobId, JobType, is_safe_component
from wjtui.model.runs import RunId, RunRef, is_run_id
from wjtui.model.starts import EXTERNAL, MAX_INPUT, correlation_of
from wjtui.wire.changes import check_token

MAX_BODY = 256 * 1024
"""Bytes: 32 KiB of arguments (spec 4), each as an escape of six characters, and room around it."""
MAX_RUN_BODY = MAX_BODY + 2 * MAX_INPUT
"""Bytes of a body that starts a run: its input as base64, a third longer, beside the arguments."""
MAX_FILE_BODY = 8 * 1024 * 1024
"""Bytes of a body with a ``settings.job`` in it: 1 MiB of text (spec 9.2), each byte an escape, and room."""
MAX_NUMBER = 2**63 - 1
TRUSTED = "wjtui.trusted"
"""In the scope, true: credentials were given, and nobody in between can listen."""

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

B = TypeVar("B", bound=Value)


class RunBody(Value, frozen=True):
    """The body that starts a run."""

    arguments: str | None = None
    trigger: str = EXTERNAL
    body: bytes | None = None
    """What the run gets as its input, in base64."""
    correlation: str = ""
    key: str = ""


class LaterBody(Value, frozen=True):
    """The body that puts a start off."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    arguments: str | None = None
    trigger: str = "External - "


def job_id(request: Request) -> JobId:
    """The job in the path. Raises JobNotFound for what cannot be one."""
    kind, name = request.path_params["type"], request.path_params["name"]
    # The server has decoded the path once, so an encoded slash would look like the end of the name.
    slash = b"%2f" in request.scope.get("raw_path", b"").lower()
    if slash or kind not in list(JobType) or not is_safe_component(name):
        raise JobNotFound(f"There is no job '{kind}/{name}'.")
    return JobId(JobType(kind), name)


def run_ref(request: Request) -> RunRef:
    """The run in the path. Raises JobNotFound or RunNotFound."""
    job = job_id(request)
    return RunRef(job, _run(request.path_params["run"], job))


def log_ref(request: Request) -> LogRef:
    """The log that path and query mean. Raises JobNotFound, RunNotFound or InvalidRequest."""
    job = job_id(request)
    kind, run = request.query_params.get("kind", LogKind.OUTPUT.value), request.query_params.get("run")
    if kind not in list(LogKind):
        raise InvalidRequest(f"kind is '{kind}', allowed are {', '.join(LogKind)}, for example kind=output.")
    return LogRef(job, _run(run, job) if run is not None else None, LogKind(kind))


def before(request: Request) -> RunId | None:
    """The run id from which a list of runs goes on."""
    text = request.query_params.get("before")
    if text is not None and not is_run_id(text):
        raise InvalidRequest(f"before is '{text}', allowed is a run's id, for example 201605192149381933.")
    return RunId(text) if text is not None else None


def staging_token(request: Request) -> str:
    """The token in the path. Raises InvalidRequest."""
    return check_token(request.path_params["token"])


def version_number(request: Request, job: JobId) -> int:
    """The number of a version in the path. Raises VersionNotFound."""
    text: str = request.path_params["number"]
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise VersionNotFound(f"'{job.name}' has no version '{text}'.")
    return int(text)


def trash_id(request: Request) -> str:
    """What the path names in the trash of jobs. Raises TrashNotFound."""
    text: str = request.path_params["id"]
    if not is_safe_component(text):
        raise TrashNotFound(f"There is no '{text}' in the trash.")
    return text


def file_path(request: Request) -> str:
    """The file in the query. Raises InvalidRequest."""
    text = request.query_params.get("path", "")
    if not text:
        raise InvalidRequest("No path is given: name a file of the job, for example path=run.sh.")
    return text


def number(request: Request, name: str, default: int, *, low: int = 0, high: int = MAX_NUMBER) -> int:
    """A whole number in the query, not above ``high``. Raises InvalidRequest."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) >= low):
        raise InvalidRequest(
            f"{name} is '{text}', allowed are whole numbers from {low}, for example {low + 1}."
        )
    return min(int(text), high)


def switch(request: Request, name: str) -> bool:
    """A switch in the query, off unless it is given. Raises InvalidRequest."""
    text = request.query_params.get(name, "0").lower()
    if text not in ("0", "1", "false", "true"):
        raise InvalidRequest(f"{name} is '{text}', allowed are 0 and 1, for example {name}=1.")
    return text in ("1", "true")


def over_unix_socket(request: Request) -> bool:
    """Whether the request came through a Unix socket: the server's address is a path and has no port."""
    server = request.scope.get("server")
    return server is not None and server[1] is None and str(server[0]).startswith("/")


def check_unix_socket(request: Request, why: str) -> None:
    """Raise NotAllowed, with the sentence that says why, unless the request came through a Unix socket."""
    if not over_unix_socket(request):
        raise NotAllowed(why)


def check_private(request: Request, why: str) -> None:
    """Raise NotAllowed unless secrets may be told: over a Unix socket, or with credentials and encrypted.

    Credentials over a connection of this machine count too: what encrypts may be a proxy beside us.
    """
    if not over_unix_socket(request) and request.scope.get(TRUSTED) is not True:
        raise NotAllowed(why)


async def run_body(request: Request) -> RunBody:
    """The body that starts a run; an empty one means every default. Raises InvalidRequest."""
    return _read(await _body(request, MAX_RUN_BODY) or b"{}", RunBody, '{"arguments": "--all"}')


def correlation(request: Request) -> str:
    """``x-correlation-id``, where it can be kept."""
    return correlation_of(request.headers.get("x-correlation-id", ""))


def idempotency_key(request: Request) -> str:
    """``Idempotency-Key``; empty: none."""
    return request.headers.get("idempotency-key", "")


async def run_input(request: Request) -> bytes | None:
    """What is sent along with a run: a body that is not empty and no form. Raises TooLarge.

    Of a form nothing was ever read: it is what clients send when they were given nothing to send.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return None if kind in _FORMS else await any_input(request)


async def any_input(request: Request) -> bytes | None:
    """A body of whatever kind that is not empty. Raises TooLarge."""
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdecimal() and int(told[:20]) > MAX_INPUT:
        raise _input_too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_INPUT:
            raise _input_too_large()
    return bytes(body) or None


async def later_body(request: Request) -> LaterBody:
    """The body that puts a start off; its instant says its zone. Raises InvalidRequest."""
    return _read(await _body(request), LaterBody, '{"at": "2027-03-01T09:00:00Z"}')


async def file_body(request: Request, kind: type[B], example: str) -> B:
    """A body of some kind that may hold whole files. Raises InvalidRequest."""
    return _read(await _body(request, MAX_FILE_BODY), kind, example)


async def text_body(request: Request) -> str:
    """A body of text, as it is. Raises InvalidRequest."""
    try:
        return (await _body(request)).decode()
    except UnicodeDecodeError:
        raise InvalidRequest("The body is no UTF-8: send JSON.") from None


async def _body(request: Request, limit: int = MAX_BODY) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise InvalidRequest(f"The body is over {limit} bytes: send less at once.")
    return bytes(body)


def _input_too_large() -> TooLarge:
    return TooLarge(f"The input is over {MAX_INPUT >> 20} MiB: send less, for example a file's name.")


def _read(body: bytes, kind: type[B], example: str) -> B:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(
            f"The body cannot be read ({error}): send JSON, for example {example}."
        ) from error


def _run(text: str, job: JobId) -> RunId:
    if not is_run_id(text):
        raise RunNotFound(f"There is no run '{text}' of {job}.")
    return RunId(text)
