"""Router of the Kudu API: everything that is not wjtui's own."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.datastructures import URLPath
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from wjtui.api.errors import Handler
from wjtui.api.kudu.answers import answering, json_body, sentence
from wjtui.api.kudu.paths import REST, ROUTE, read_path
from wjtui.api.kudu.table import ROWS, Row
from wjtui.service import JobService


class KuduRouter(BaseRoute):
    """One route of Starlette's that stands for the whole table; every other path is unknown to it."""

    def __init__(self, service: JobService, rows: Sequence[Row] = ROWS, *, but: str) -> None:
        """``but``: the beginning of paths that are somebody else's, without the slash at its end."""
        self._service = service
        self._but = but
        self._methods: dict[str, dict[str, Handler]] = {}
        for method, route, handler in rows:
            self._methods.setdefault(route, {})[method] = handler

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Every request over HTTP but those for somebody else."""
        theirs = f"{scope['path']}/".startswith(f"{self._but}/")
        return (Match.FULL if scope["type"] == "http" and not theirs else Match.NONE), {}

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """There are no names."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(scope, Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, request: Request) -> Response:
        raw = scope.get("raw_path") or quote(scope["path"]).encode()
        target = read_path(raw.decode("ascii", "surrogateescape"), self._methods)
        if target is None:
            return json_body(f"There is nothing at '{scope['path']}'.", 404)
        methods = self._methods[target.route]
        handler = methods.get(request.method) or (methods.get("GET") if request.method == "HEAD" else None)
        if handler is None:
            allowed = ", ".join(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))
            answer = sentence(f"{request.method} is not possible here, but {allowed}.", 405)
            answer.headers["Allow"] = allowed
            return answer
        scope["path_params"] = dict(target.params)
        scope[ROUTE], scope[REST] = target.route, target.rest
        return await answering(handler, self._service)(request)
