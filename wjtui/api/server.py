"""uvicorn inside our loop, on sockets that we opened."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from wjtui.api.access import Access, Gate
from wjtui.api.app import PREFIX
from wjtui.api.credentials import Hashed
from wjtui.api.limits import Limits
from wjtui.api.protocol import HEAD_BYTES, KEEP_SECONDS, GuardedProtocol
from wjtui.api.room import MOST_CONNECTIONS, MOST_SECURED, Room
from wjtui.api.surroundings import MAX_UPLOAD
from wjtui.api.tcp_socket import ListeningSocket
from wjtui.api.uploads import PATH as UPLOADS
from wjtui.model.errors import RootUnusable
from wjtui.support.clock import Clock, SystemClock
from wjtui.support.tasks import first

_HANDSHAKE_SECONDS = 5.0
"""For a TLS handshake; a client that does not begin one holds a descriptor for so long."""


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

    async def start(
        self,
        app: Starlette,
        sockets: Sequence[socket.socket],
        *,
        credentials: Callable[[], Hashed | None] | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Serve until ``stop``; returns once connections are answered. The sockets are closed at the end.

        ``credentials``: asked for at each request over TCP; None: nobody is asked there, which is for tests
        alone. ``tls``: for the sockets that are no Unix sockets.
        """
        self._app = app
        gate = None if credentials is None else Gate(credentials, clock or SystemClock())
        around = app.state.surroundings
        limited = Limits(
            self._count,
            own=f"{PREFIX}/",
            uploads=f"{PREFIX}{UPLOADS}",
            most=around.max_upload if around is not None else lambda: MAX_UPLOAD,
        )
        config = uvicorn.Config(
            Access(limited, gate),
            interface="asgi3",
            lifespan="off",
            log_config=None,
            # Each malformed request would be a warning: whoever reaches the port could fill the log.
            log_level="error",
            access_log=False,
            ws="none",
            server_header=False,
            # Else X-Forwarded-Proto of any client on this machine would choose the scheme in our URLs.
            proxy_headers=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=KEEP_SECONDS,
            h11_max_incomplete_event_size=HEAD_BYTES,
        )
        self._server = _Embedded(config, tls)
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

    def __init__(self, config: uvicorn.Config, tls: ssl.SSLContext | None) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._tls = tls

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so: TLS is a matter of each socket, which uvicorn's own would not allow.

        A second server for it would wake up ten times a second as well.
        """
        await self.lifespan.startup()
        loop = asyncio.get_running_loop()
        # Strangers who take all the room there is must not keep the owner out.
        inside, outside = Room(spares=False), Room(MOST_CONNECTIONS if self._tls is None else MOST_SECURED)
        self.servers: list[asyncio.Server] = []
        for opened in sockets or ():
            own = opened.family == socket.AF_UNIX
            protocol = partial(
                GuardedProtocol,
                self.config,
                self.server_state,
                self.lifespan.state,
                loop,
                room=inside if own else outside,
                greet=opened.greet if isinstance(opened, ListeningSocket) else None,
            )
            if isinstance(opened, ListeningSocket):
                opened.crowded = outside.make_room
            tls = None if own else self._tls
            patience = None if tls is None else _HANDSHAKE_SECONDS
            self.servers.append(
                await loop.create_server(protocol, sock=opened, ssl=tls, ssl_handshake_timeout=patience)
            )
        self.started = True
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield
