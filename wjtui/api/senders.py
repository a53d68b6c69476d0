"""Sender URLs over HTTP: made and taken away by who may know secrets, used by who knows one."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.access import asker
from wjtui.api.errors import json_answer, refusal
from wjtui.api.kudu.caller import agent
from wjtui.api.requests import any_input, check_private, file_body, job_id
from wjtui.api.throttle import Throttle, address_of
from wjtui.model.errors import SenderNotFound
from wjtui.model.starts import correlation_of
from wjtui.service import JobService
from wjtui.support.clock import Clock
from wjtui.wire.senders import TokenBody

log = logging.getLogger(__name__)

_SECRETS = (
    "Sender URLs are secrets: they are made and taken away over the engine's Unix socket, or with credentials"
    " over TLS."
)
_EXAMPLE = '{"token": "3q2-7wAAAAB1tq0q"}'


class Wicket:
    """Holds back who tries tokens that are none. Whoever knows one never waits, whatever others try."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._throttle = Throttle()

    async def hold_back(self, host: str) -> bool:
        """A token was none: let who sent it wait; False: too many from there wait already."""
        address = address_of(host)
        wait = self._throttle.turn(address, self._clock.monotonic())
        if wait is None:
            return False
        log.warning("a sender URL that does not count, from %s", address)
        await self._clock.sleep(wait)
        return True


async def find(service: JobService, request: Request) -> Response:
    """What is known of a job's sender URL, which is not the URL."""
    check_private(request, _SECRETS)
    return json_answer(await service.senders.find(job_id(request)))


async def make(service: JobService, request: Request) -> Response:
    """Make a sender URL for a job, and tell it this once; the one before counts no more."""
    check_private(request, _SECRETS)
    answer = json_answer(await service.senders.make(job_id(request)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def remove(service: JobService, request: Request) -> Response:
    """Let a job's sender URL count no more; whether there was one."""
    check_private(request, _SECRETS)
    return json_answer(await service.senders.remove(job_id(request)))


async def look_up(service: JobService, request: Request) -> Response:
    """The job that a token stands for."""
    check_private(request, _SECRETS)
    body = await file_body(request, TokenBody, _EXAMPLE)
    return json_answer(await service.senders.job_of(body.token))


async def receive(service: JobService, request: Request) -> Response:
    """Start the job of a sender URL, without a login; a body of any kind is the run's input."""
    try:
        job = await service.senders.job_of(request.path_params["sender"])
    except SenderNotFound:
        wicket: Wicket = request.app.state.wicket
        if not await wicket.hold_back(asker(request.scope)):
            answer = refusal("too-many", "Too many URLs that do not count came from here: wait.", 429)
            answer.headers["Retry-After"] = "5"
            return answer
        raise
    correlation = correlation_of(request.headers.get("x-correlation-id", ""))
    run = await service.run(
        job,
        trigger=f"Sender - {agent(request)}",
        body=await any_input(request),
        correlation=correlation,
        key=request.headers.get("idempotency-key", ""),
    )
    answer = json_answer({"run": run}, 202)
    if correlation:
        answer.headers["x-correlation-id"] = correlation
    return answer
