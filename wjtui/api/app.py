"""The application: one table of routes over any JobService."""

from __future__ import annotations

import asyncio
import secrets

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from wjtui.api import deploys, jobs, settings, trash, versions
from wjtui.api.errors import Handler, answering, unknown
from wjtui.api.events import stream_events
from wjtui.api.logs import read_log
from wjtui.service import JobService

PREFIX = "/api/wjtui"

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/health", jobs.health),
    ("GET", "/snapshot", jobs.snapshot),
    ("GET", "/events", stream_events),
    ("GET", "/jobs/{type}/{name}/runs", jobs.list_runs),
    ("GET", "/jobs/{type}/{name}/runs/{run}", jobs.get_run),
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
    ("POST", "/jobs/{type}/{name}/pause", jobs.pause),
    ("POST", "/jobs/{type}/{name}/resume", jobs.resume),
    ("GET", "/jobs/{type}/{name}/missed", jobs.list_missed),
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
    ("GET", "/logs/{type}/{name}", read_log),
    ("POST", "/shutdown", jobs.shut_down),
)


def make_app(service: JobService) -> Starlette:
    """The API of a service.

    ``state.closing`` ends every event stream; ``state.life`` tells this engine's sequence numbers from those
    of another one.
    """
    app = Starlette(
        routes=[
            Route(PREFIX + path, answering(handler, service), methods=[method])
            for method, path, handler in ROUTES
        ],
        exception_handlers={HTTPException: unknown},
    )
    app.state.closing = asyncio.Event()
    app.state.life = secrets.token_hex(8)
    return app
