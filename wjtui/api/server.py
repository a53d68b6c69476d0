"""uvicorn inside our loop, on sockets that we opened."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from wjtui.api.app import PREFIX
from wjtui.model.errors import RootUnusable
from wjtui.support.tasks import first


class ApiServer:
    """Serves one application; knows who is there."""

    def __init__(self) -> None:
        self.clients = 0
        """Event streams open now."""
        self._requests = 0
        self._last = time.monotonic()
        self._app: Starlette | None = None
        self._server: _Embedded | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def idle_since(self) -> float:
        """Monotonic seconds at which the last request or event stream ended; now, while there is one."""
        return time.monotonic() if self._requests else self._last

    async def start(self, app: Starlette, sockets: Sequence[socket.socket]) -> None:
        """Serve until ``stop``; returns once connections are answered. The sockets are closed at the end."""
        self._app = app
        config = uvicorn.Config(
            self._count,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = _Embedded(config)
        self._task = asyncio.get_running_loop().create_task(self._server.serve(list(sockets)), name="api")
        await first(self._server.ready.wait(), self._task)
        if self._task.done():
            await self._task
            raise RootUnusable("The API could not start on its socket.")

    async def stop(self) -> None:
        """End event streams, let requests finish for 2 s, close the sockets. Nothing happens twice."""
        if self._server is None or self._task is None or self._app is None:
            return
        self._app.state.closing.set()
        self._server.should_exit = True
        await self._task

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, with everyone counted who is in it."""
        assert self._app is not None
        stream = scope["type"] == "http" and scope["path"] == f"{PREFIX}/events"
        self._requests += 1
        self.clients += stream
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            # uvicorn gives up on a request that outlasts the stop, and would log it as an error of ours.
            if not self._app.state.closing.is_set():
                raise
        finally:
            self._requests -= 1
            self.clients -= stream
            self._last = time.monotonic()


class _Embedded(uvicorn.Server):
    """A server that is one task among others: signals are its host's business."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield
