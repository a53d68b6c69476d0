"""Serving: an engine and its API on one event loop, from its lock to the removal of its socket."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from typing import TYPE_CHECKING

import msgspec

from wjtui import __version__
from wjtui.api.unix_socket import open_unix_socket
from wjtui.client.probe import EngineFile
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.launch.personal import config_file
from wjtui.launch.place import Place
from wjtui.support.clock import SystemClock
from wjtui.support.files import write_atomic

if TYPE_CHECKING:
    from wjtui.api.server import ApiServer
    from wjtui.api.tcp_socket import Listen

LINGER_SECONDS = 30.0
"""An attended engine with nothing to do ends that long after its last client."""
_LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)


class Serving:
    """One engine that can be reached. All methods belong to the thread of its loop."""

    def __init__(
        self,
        place: Place,
        environment: dict[str, str],
        *,
        attended: bool,
        listen: Listen | None = None,
    ) -> None:
        """``attended``: a screen brought it, so it ends when there is nothing to do and nobody looks.

        ``listen``: on TCP too, for who has the credentials.
        """
        self.place = place
        options = EngineOptions(
            place.root,
            place.instance,
            environment,
            attended,
            config_file=lambda: config_file(environment),
        )
        self.engine = Engine(options, withdraw=self._withdraw)
        self._attended = attended
        self._listen = listen
        self._environment = environment
        self._socket: socket.socket | None = None
        self._tcp: list[socket.socket] = []
        self._api: ApiServer | None = None
        self._clock = SystemClock()
        self._serves = False
        self._asked_to_stop = False
        self._stop: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take the lock, open the socket, read the jobs, write ``engine.json``, answer, start the jobs.

        Raises EngineBusy, RootUnusable, ListenFailed or InvalidRequest; nothing is left behind then.
        """
        await self.engine.take()
        try:
            # The lock is ours, so a socket that is there belongs to an engine that was killed.
            self._socket = open_unix_socket(self.place.socket, replace=True)
            if self._listen is not None:
                from wjtui.api.tcp_socket import open_tcp_sockets

                self._tcp = await asyncio.to_thread(open_tcp_sockets, self._listen)
            await self.engine.read()
            # Every job is known: who connects from now on waits for nothing but the imports of the API.
            self._write_card()
            await self._answer([self._socket, *self._tcp])
            await self.engine.start()
        except BaseException:
            await self.engine.stop(now=True)
            raise
        if self._attended:
            self.watch_need()
        self._serves = True
        if self._asked_to_stop:
            self._begin_stop()

    async def closed(self) -> None:
        """Wait until the engine has ended, by whoever's wish."""
        try:
            await self.engine.closed()
            if self._stop is not None:
                await self._stop
        finally:
            if self._watch is not None:
                self._watch.cancel()
                await asyncio.gather(self._watch, return_exceptions=True)

    def stop_in_order(self) -> None:
        """Begin to stop every job gracefully, then the engine; nothing more happens when that has begun."""
        if not self._asked_to_stop:
            self._asked_to_stop = True
            if self._serves:
                self._begin_stop()

    def ask_to_stop(self) -> None:
        """What a signal means: stop in order; once more: skip the waiting."""
        if self._asked_to_stop:
            self.engine.hurry()
        self.stop_in_order()

    def watch_need(self) -> None:
        """From now on, end by itself once there is nothing to do and no client for 30 s."""
        if self._watch is None:
            self._watch = asyncio.get_running_loop().create_task(self._end_unneeded(), name="need")

    @property
    def urls(self) -> tuple[str, ...]:
        """Where it is reached over TCP."""
        return self._listen.urls(self._tcp) if self._listen is not None else ()

    def _write_card(self) -> None:
        site = self.place.site
        card = EngineFile(
            pid=os.getpid(),
            instance=site.instance,
            version=__version__,
            socket=str(self.place.socket),
            listen=self._listen.address if self._listen is not None else "",
            urls=self.urls,
        )
        write_atomic(site.engine_file, msgspec.json.encode(card))

    async def _answer(self, opened: list[socket.socket]) -> None:
        # Only here: these imports take a third of the start, while clients may connect already (P13).
        from wjtui.api.app import make_app
        from wjtui.api.server import ApiServer
        from wjtui.api.surroundings import Surroundings

        site = self.engine.site
        around = Surroundings(
            site.root,
            site.iid,
            self._clock,
            site.uploads,
            max_upload=lambda: self.engine.max_upload,
            limits=lambda: self.engine.limits,
            vitals=self.engine.vitals,
        )
        credentials, tls = None, None
        if self._listen is not None:
            from wjtui.api.tls import server_context
            from wjtui.launch.listening import credentials_file, known_credentials

            tls = await asyncio.to_thread(server_context, self._listen)
            file = credentials_file(self.place)
            credentials = await asyncio.to_thread(known_credentials, file, self._environment)
        self._api = ApiServer()
        await self._api.start(
            make_app(self.engine.service, around),
            opened,
            credentials=credentials,
            tls=tls,
            clock=self._clock,
        )

    def _begin_stop(self) -> None:
        self._stop = asyncio.get_running_loop().create_task(self.engine.stop(), name="stop")

    async def _end_unneeded(self) -> None:
        assert self._api is not None
        while self._clock.monotonic() - self._api.idle_since < LINGER_SECONDS or self.engine.has_work:
            await self._clock.sleep(_LOOK_SECONDS)
        log.info("nothing to do and nobody attached: the engine ends")
        self.stop_in_order()

    async def _withdraw(self) -> None:
        """Take down what shows the engine to the world, while its lock is still held."""
        if self._api is not None:
            await self._api.stop()
        if self._socket is not None:
            for opened in (self._socket, *self._tcp):
                opened.close()
            for path in (self.place.socket, self.place.site.engine_file):
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    log.warning("%s was not removed: %s", path, error)
