"""Traffic: how many requests were answered, by route and status, and which streams are open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wjtui.model.metrics import Family, Kind, Sample

ROUTE = "wjtui.route"
"""In a request's scope: the route that it was for, where the router is not Starlette's own."""
EVENTS, FOLLOWERS = "events", "followers"
MAX_SERIES = 2000
"""Combinations of method, route and status; only a job behind the passthrough can answer so many."""
_UNKNOWN = "unknown"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Traffic:
    """Counts since the start of an application."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, str, str]] = Counter()
        self._open: Counter[str] = Counter()

    def answered(self, method: str, route: str, status: int) -> None:
        """One more. Clients choose method and path, so neither is told as it came."""
        key = (method if method in _METHODS else _UNKNOWN, route, str(status))
        if key not in self._answers and len(self._answers) >= MAX_SERIES:
            key = (_UNKNOWN, _UNKNOWN, f"{status // 100}xx")
        self._answers[key] += 1

    @contextmanager
    def open(self, kind: str) -> Iterator[None]:
        """A stream of some kind is open meanwhile."""
        self._open[kind] += 1
        try:
            yield
        finally:
            self._open[kind] -= 1

    def families(self) -> list[Family]:
        """Every figure."""
        requests = tuple(
            Sample(float(count), (("method", method), ("route", route), ("status", status)))
            for (method, route, status), count in self._answers.items()
        )
        return [
            Family("wjtui_http_requests_total", Kind.COUNTER, "Answered requests.", requests),
            Family(
                "wjtui_event_stream_clients",
                Kind.GAUGE,
                "Event streams that are open.",
                (Sample(float(self._open[EVENTS])),),
            ),
            Family(
                "wjtui_log_followers",
                Kind.GAUGE,
                "Logs that are being followed.",
                (Sample(float(self._open[FOLLOWERS])),),
            ),
        ]


class Counting:
    """An application whose answers are counted, a stream's as it begins."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self._app = app
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._traffic.answered(scope["method"], _route(scope), message["status"])
            await send(message)

        await self._app(scope, receive, told)


def _route(scope: Scope) -> str:
    """The route in the table; routers leave it in the scope."""
    known: str = scope.get(ROUTE) or getattr(scope.get("route"), "path", "") or _UNKNOWN
    return known
