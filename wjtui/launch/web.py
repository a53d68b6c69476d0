"""The screen in a browser of this machine: textual-serve, behind a key that only the printed address has."""

from __future__ import annotations

import hmac
import importlib
import logging
import secrets
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from wjtui.launch.attach import no_engine
from wjtui.launch.background import running_engine
from wjtui.launch.place import Place
from wjtui.model.errors import WjtuiError

HOST = "127.0.0.1"
"""Never another one: whoever reaches the page gives commands."""
_PARAMETER = "key"

Handler = Callable[[Any], Awaitable[Any]]
Middleware = Callable[[Any, Handler], Awaitable[Any]]


class WebFailed(WjtuiError):
    """The page cannot be served."""

    code = "web-failed"


class Door:
    """Who may come in: who has opened the printed address once, and no page of another site."""

    def __init__(self, port: int, key: str) -> None:
        self.site = f"http://{HOST}:{port}"
        self._key = key
        self._cookie = f"wjtui-{port}"

    @property
    def address(self) -> str:
        """What to open; it holds the key."""
        return f"{self.site}/?{_PARAMETER}={self._key}"

    def admits(self, key: str, cookie: str, origin: str | None) -> bool:
        """Whether a request is answered. ``origin``: of the page that it comes from; None: it names none."""
        known = hmac.compare_digest(self._key.encode(), (key or cookie).encode("utf-8", "replace"))
        return known and origin in (None, self.site)

    def middleware(self, web: Any) -> Middleware:
        """The same for the server's application; ``web`` is ``aiohttp.web``."""

        async def check(request: Any, handler: Handler) -> Any:
            key = request.query.get(_PARAMETER, "")
            if not self.admits(key, request.cookies.get(self._cookie, ""), request.headers.get("Origin")):
                raise web.HTTPForbidden(text="Open the address that 'wjtui web' has printed.\n")
            if not key:
                return await handler(request)
            # Out of the address bar, where it could be read over a shoulder.
            answer = web.HTTPSeeOther("/")
            answer.set_cookie(self._cookie, self._key, httponly=True, samesite="Strict")
            return answer

        made: Middleware = web.middleware(check)
        return made


def serve_web(place: Place, port: int, announce: Callable[[str], None]) -> None:
    """Serve the attached screen, a process a visitor, until ctrl+c; ``announce`` gets the address to open.

    Raises EngineUnreachable without an engine, WebFailed.
    """
    try:
        served = importlib.import_module("textual_serve.server")
        web = importlib.import_module("aiohttp.web")
    except ImportError:
        raise WebFailed(
            "The screen in a browser needs the extra 'web': install it with pip install 'wjtui[web]'."
        ) from None
    if running_engine(place) is None:
        raise no_engine(place)
    opened = _open(port)
    door = Door(port, secrets.token_urlsafe(24))

    class Guarded(served.Server):  # type: ignore[misc,name-defined]
        """The library's server, with a door, and without its banner."""

        async def _make_app(self) -> Any:
            app = await super()._make_app()
            app.middlewares.append(door.middleware(web))
            return app

        async def on_startup(self, app: Any) -> None:
            announce(door.address)

    command = shlex.join([sys.executable, "-P", "-m", "wjtui", *place.arguments])
    server = Guarded(command, host=HOST, port=port, title="wjtui", public_url=door.site)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    # Not by its own ``serve``, which listens too late to refuse before the address is printed.
    web.run_app(server._make_app(), sock=opened, print=None)


def _open(port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((HOST, port))
        opened.listen()
    except OSError as error:
        opened.close()
        raise WebFailed(
            f"Port {port} of {HOST} cannot be listened on ({error.strerror}): choose another with --port."
        ) from None
    return opened
