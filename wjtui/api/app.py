"""The application: one table of routes over any JobService."""

from __future__ import annotations

import asyncio
import secrets

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from wjtui.api import (
    deploys,
    health,
    hooks,
    jobs,
    metrics,
    openapi,
    queue,
    senders,
    settings,
    trash,
    uploads,
    versions,
)
from wjtui.api.errors import Handler, answering, unknown
from wjtui.api.events import stream_events
from wjtui.api.kudu.router import KuduRouter
from wjtui.api.kudu.table import ROWS
from wjtui.api.logs import read_log
from wjtui.api.surroundings import Surroundings
from wjtui.api.traffic import Counting, Traffic
from wjtui.service import JobService
from wjtui.support.clock import SystemClock

PREFIX = "/api/wjtui"

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/health", health.alive),
    ("GET", "/ready", health.ready),
    ("GET", "/metrics", metrics.scrape),
    ("GET", "/openapi.json", openapi.describe),
    ("GET", "/snapshot", jobs.snapshot),
    ("GET", "/events", stream_events),
    ("GET", "/jobs/{type}/{name}/runs", jobs.list_runs),
    ("GET", "/jobs/{type}/{name}/runs/{run}", jobs.get_run),
    ("GET", "/jobs/{type}/{name}/runs/{run}/result", jobs.result),
    ("DELETE", "/jobs/{type}/{name}/runs/{run}", jobs.delete_run),
    ("POST", "/jobs/{type}/{name}/runs/{run}/restore", jobs.restore_run),
    ("GET", "/jobs/{type}/{name}/launches", jobs.list_launches),
    ("GET", "/jobs/{type}/{name}/instances", jobs.list_instances),
    ("GET", "/jobs/{type}/{name}/workplace", jobs.workplace),
    ("GET", "/history", jobs.history),
    ("GET", "/history/{type}/{name}/{run}", jobs.history),
    ("POST", "/jobs/{type}/{name}/start", jobs.start),
    ("POST", "/jobs/{type}/{name}/stop", jobs.stop),
    ("POST", "/jobs/{type}/{name}/restart", jobs.restart),
    ("POST", "/jobs/{type}/{name}/run", jobs.run),
    ("POST", "/jobs/{type}/{name}/runs/{run}/cancel", jobs.cancel),
    ("PUT", "/jobs/{type}/{name}/later", jobs.run_later),
    ("DELETE", "/jobs/{type}/{name}/later", jobs.cancel_later),
    ("GET", "/jobs/{type}/{name}/waiting", queue.waiting),
    ("DELETE", "/jobs/{type}/{name}/waiting", queue.withdraw),
    ("DELETE", "/jobs/{type}/{name}/waiting/{run}", queue.withdraw),
    ("POST", "/jobs/{type}/{name}/pause", jobs.pause),
    ("POST", "/jobs/{type}/{name}/resume", jobs.resume),
    ("GET", "/jobs/{type}/{name}/missed", jobs.list_missed),
    ("POST", uploads.PATH, uploads.upload),
    ("POST", "/deploys/{token}", deploys.stage),
    ("POST", "/deploys/{token}/preview", deploys.preview),
    ("POST", "/deploys/{token}/diff", deploys.diff),
    ("POST", "/deploys/{token}/commit", deploys.commit),
    ("DELETE", "/deploys/{token}", deploys.discard),
    ("GET", "/jobs/{type}/{name}/versions", versions.list_versions),
    ("GET", "/jobs/{type}/{name}/versions/{number}", versions.compare),
    ("GET", "/jobs/{type}/{name}/versions/{number}/diff", versions.diff),
    ("POST", "/jobs/{type}/{name}/rollback", versions.roll_back),
    ("DELETE", "/jobs/{type}/{name}", trash.delete),
    ("GET", "/trash", trash.contents),
    ("POST", "/trash/{id}/restore", trash.restore),
    ("GET", "/jobs/{type}/{name}/settings", settings.read),
    ("PUT", "/jobs/{type}/{name}/settings", settings.save),
    ("GET", "/site", settings.site),
    ("POST", "/site", settings.change_site),
    ("GET", "/hooks", hooks.subscriptions),
    ("POST", "/hooks", hooks.subscribe),
    ("GET", "/hooks/{id}", hooks.find),
    ("DELETE", "/hooks/{id}", hooks.unsubscribe),
    ("POST", "/hooks/{id}/test", hooks.test),
    ("POST", "/hook-events/{event}", hooks.publish),
    ("GET", "/jobs/{type}/{name}/sender", senders.find),
    ("POST", "/jobs/{type}/{name}/sender", senders.make),
    ("DELETE", "/jobs/{type}/{name}/sender", senders.remove),
    ("POST", "/senders", senders.look_up),
    ("POST", "/in/{sender}", senders.receive),
    ("GET", "/logs/{type}/{name}", read_log),
    ("POST", "/shutdown", jobs.shut_down),
)


def make_app(service: JobService, around: Surroundings | None = None) -> Starlette:
    """The API of a service; Kudu's too where it is told what is ``around``.

    ``state.closing`` ends every stream; ``state.life`` tells this engine's sequence numbers from those of
    another one; ``state.traffic`` counts the answers; ``state.table`` has every route.
    """
    routes: list[BaseRoute] = [
        Route(PREFIX + path, answering(handler, service), methods=[method])
        for method, path, handler in ROUTES
    ]
    if around is not None:
        routes.append(KuduRouter(service, but=PREFIX))
    traffic = Traffic()
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Counting, traffic)],
        exception_handlers={HTTPException: unknown},
    )
    app.state.closing = asyncio.Event()
    app.state.life = secrets.token_hex(8)
    app.state.surroundings = around
    app.state.traffic = traffic
    app.state.wicket = senders.Wicket(SystemClock() if around is None else around.clock)
    own = [(method, PREFIX + path, handler) for method, path, handler in ROUTES]
    app.state.table = (*own, *(ROWS if around is not None else ()))
    return app
