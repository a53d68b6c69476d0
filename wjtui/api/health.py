"""Health over HTTP: whether an engine lives, and whether it takes work."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.errors import json_answer, refusal
from wjtui.api.surroundings import Surroundings
from wjtui.model.base import Value
from wjtui.model.health import Health
from wjtui.service import JobService

NOT_READY = "not-ready"


class Alive(Value, frozen=True, omit_defaults=False):
    """The engine answers."""

    status: str = "ok"


class Ready(Value, frozen=True, omit_defaults=False):
    """The engine takes work."""

    status: str = "ready"
    degraded: tuple[str, ...] = ()
    """One sentence each: what does not work although jobs run."""


async def alive(service: JobService, request: Request) -> Response:
    """That an engine answers."""
    return json_answer(Alive())


async def ready(service: JobService, request: Request) -> Response:
    """Whether the engine takes work: its jobs were read and it is not being stopped.

    What does not work although jobs run, such as a full disk, is told in ``degraded``.
    """
    health = await _health(service, request)
    if not health.ready:
        answer = refusal(NOT_READY, health.reason, 503)
        answer.headers["Retry-After"] = "5"
    else:
        answer = json_answer(Ready(degraded=health.degraded))
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _health(service: JobService, request: Request) -> Health:
    around: Surroundings | None = request.app.state.surroundings
    if around is not None and around.vitals is not None:
        return await around.vitals.health()
    stopping = (await service.snapshot()).engine.stopping
    return Health("The engine is being stopped and takes no new work." if stopping else "")
