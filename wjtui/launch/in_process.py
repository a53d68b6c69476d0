"""Screen and engine in one process: the engine on a second thread, with a loop of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import FrameType

from wjtui.client.bridge import ThreadBridge
from wjtui.engine.process.subreaper import become_subreaper
from wjtui.launch.logfile import EngineLog
from wjtui.launch.place import Place
from wjtui.launch.screen import ScreenWish, screen_options
from wjtui.launch.serving import Serving
from wjtui.tui.options import Leave
from wjtui.tui.run import open_screen

_ANSWER_SECONDS = 5.0


class EngineThread:
    """An engine that serves on a thread of its own. Its methods are for other threads."""

    def __init__(self, place: Place, engine_log: EngineLog) -> None:
        self._place = place
        self._log = engine_log
        self._ready: Future[tuple[Serving, asyncio.AbstractEventLoop]] = Future()
        self._thread = threading.Thread(target=self._run, name="engine")

    def start(self) -> ThreadBridge:
        """Start it and wait until it serves; raises EngineBusy or RootUnusable."""
        self._thread.start()
        self.serving, self.loop = self._ready.result()
        return ThreadBridge(self.serving.engine.service, self.loop)

    def has_work(self) -> bool:
        """Whether a run, a continuous job or an armed schedule is there."""

        async def ask() -> bool:
            return self.serving.engine.has_work

        try:
            return asyncio.run_coroutine_threadsafe(ask(), self.loop).result(_ANSWER_SECONDS)
        except (RuntimeError, TimeoutError):
            return False  # its loop is closed, or was just about to be: it has ended

    def call(self, action: Callable[[Serving], None]) -> None:
        """Have ``Serving`` do something on its own thread; nothing happens once it has ended."""
        try:
            self.loop.call_soon_threadsafe(action, self.serving)
        except RuntimeError:
            pass

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _serve(self) -> None:
        serving = Serving(self._place, dict(os.environ), attended=False)
        await serving.start()
        self._log.open(self._place.site.engine_log)
        self._ready.set_result((serving, asyncio.get_running_loop()))
        await serving.closed()


def show_in_process(place: Place, wish: ScreenWish) -> None:
    """Host the engine here and show the screen; go on headless when it was left with work to do."""
    become_subreaper()
    # Before the screen, which puts back what it found: no instant remains in which a signal ends the engine.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    engine = EngineThread(place, EngineLog(debug=wish.debug))
    service = engine.start()
    _obey_signals(engine)
    left = None
    try:
        left = asyncio.run(
            open_screen(service, screen_options(place, wish, brought_engine=True, in_process=True))
        )
    finally:
        if left in (Leave.LEFT, Leave.HUNG_UP) and engine.has_work():
            go_headless(told=left is Leave.LEFT)
        else:
            engine.call(Serving.stop_in_order)
        engine.call(Serving.watch_need)
        engine.join()


def go_headless(*, told: bool) -> None:
    """Let go of the terminal: standard streams to the null device, a session of its own if possible.

    The kernel refuses ``setsid`` to the leader of a process group, which a program started from a shell is.
    """
    if told:
        sys.stderr.write(f"wjtui goes on here without a screen, pid {os.getpid()}; 'wjtui down' ends it.\n")
        sys.stderr.flush()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
    if os.getpgrp() != os.getpid():
        os.setsid()


def _obey_signals(engine: EngineThread) -> None:
    """Have signals stop the engine in order; a second one skips the waiting."""

    def handle(number: int, frame: FrameType | None) -> None:
        engine.call(Serving.ask_to_stop)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
