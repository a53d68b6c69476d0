"""Serving: an engine and its API on one event loop, from its lock to the removal of its socket."""

from __future__ import annotations

import asyncio
import logging
import os

import msgspec

from wjtui import __version__
from wjtui.api.app import make_app
from wjtui.api.server import ApiServer, open_unix_socket
from wjtui.client.probe import EngineFile
from wjtui.engine.engine import Engine, EngineOptions
from wjtui.launch.place import Place, prepare_socket_folder
from wjtui.support.clock import SystemClock
from wjtui.support.files import write_atomic

LINGER_SECONDS = 30.0
"""An attended engine with nothing to do ends that long after its last client."""
_LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)


class Serving:
    """One engine that can be reached. All methods belong to the thread of its loop."""

    def __init__(self, place: Place, environment: dict[str, str], *, attended: bool) -> None:
        """``attended``: a screen brought it, so it ends when there is nothing to do and nobody looks."""
        self.place = place
        self.engine = Engine(EngineOptions(place.root, place.instance, environment, attended))
        self._attended = attended
        self._api = ApiServer()
        self._clock = SystemClock()
        self._socket_inode: int | None = None
        self._serves = False
        self._asked_to_stop = False
        self._stop: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take the lock, start the engine, open the socket, write ``engine.json``.

        Raises EngineBusy or RootUnusable; nothing is left behind then.
        """
        prepare_socket_folder(self.place.socket)
        await self.engine.start()
        try:
            await self._open()
        except BaseException:
            await self.engine.stop(now=True)
            self._withdraw()
            raise
        self._serves = True
        if self._asked_to_stop:
            self._begin_stop()

    async def closed(self) -> None:
        """Wait until the engine has ended, by whoever's wish, and take down what it showed to the world."""
        try:
            await self.engine.closed()
            if self._stop is not None:
                await self._stop
        finally:
            if self._watch is not None:
                self._watch.cancel()
                await asyncio.gather(self._watch, return_exceptions=True)
            await self._api.stop()
            self._withdraw()

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

    async def _open(self) -> None:
        # The lock is ours, so a socket that is there belongs to an engine that was killed.
        self.place.socket.unlink(missing_ok=True)
        socket = open_unix_socket(self.place.socket)
        self._socket_inode = self.place.socket.stat().st_ino
        await self._api.start(make_app(self.engine.service), [socket])
        site = self.place.site
        card = EngineFile(
            pid=os.getpid(), instance=site.instance, version=__version__, socket=str(self.place.socket)
        )
        write_atomic(site.engine_file, msgspec.json.encode(card))
        if self._attended:
            self.watch_need()

    def _begin_stop(self) -> None:
        self._stop = asyncio.get_running_loop().create_task(self.engine.stop(), name="stop")

    async def _end_unneeded(self) -> None:
        while self._clock.monotonic() - self._api.idle_since < LINGER_SECONDS or self.engine.has_work:
            await self._clock.sleep(_LOOK_SECONDS)
        log.info("nothing to do and nobody attached: the engine ends")
        self.stop_in_order()

    def _withdraw(self) -> None:
        # The lock is free by now: what a successor has put in the same places is not ours to remove.
        site, socket = self.place.site, self.place.socket
        try:
            card = msgspec.json.decode(site.engine_file.read_bytes(), type=EngineFile)
            if card.pid == os.getpid():
                site.engine_file.unlink(missing_ok=True)
        except (OSError, msgspec.MsgspecError):
            pass
        try:
            if self._socket_inode is not None and socket.stat().st_ino == self._socket_inode:
                socket.unlink(missing_ok=True)
        except OSError:
            pass
