"""The terminal: whether it can show a screen, how far it lags behind, and whether it is still there."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from queue import Empty
from typing import Any

from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver

from wjtui.tui.options import in_browser
from wjtui.tui.outside import GIVE_TITLE_BACK, KEEP_TITLE, has_title

LAGGING = 1
"""Frames that may wait in the driver's queue; with more, the terminal does not keep up."""
LOOK_EVERY = 0.25
"""Seconds between two looks at the terminal."""
WAKE = signal.SIGHUP
"""Sent to a writer that blocks; whoever runs a ``HangUpWatch`` has a handler for it until it is stopped."""
_OUTPUT = 2
"""The descriptor that the library draws on: standard error."""
LAST_RESORT = 1.0
"""Seconds after which the writing side is forced open, so that the screen ends within two."""


def refusal(environment: Mapping[str, str]) -> str | None:
    """Why no screen can be shown here, as a sentence, or None."""
    if in_browser(environment):
        return None
    streams = (sys.__stdin__, sys.__stderr__)
    if any(stream is None or not stream.isatty() for stream in streams):
        return "The screen needs a terminal on standard input and error; in scripts use 'wjtui list'."
    if environment.get("TERM", "") in ("dumb", ""):
        return (
            f"The terminal says TERM={environment.get('TERM', '')}, which cannot show a screen:"
            " set TERM, for example to xterm-256color, or use 'wjtui list'."
        )
    return None


def in_foreground(fd: int) -> bool:
    """Whether this process may use the terminal behind ``fd``: a suspended one may not."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        return True  # it is gone: nobody else has it


class ContinuedDriver(LinuxDriver):
    """The library's driver, also right when the process is stopped and continued by others, at any moment.

    The library works within the signals' handlers. One that comes while a frame is handed over waits for
    the lock of the writer's queue, which the code under it holds: of five screens that were sent 100 SIGCONT
    each, one stood still for ever. Here the handlers ask, and the loop does. And after a ``kill -STOP`` and
    ``-CONT`` the library would start its threads beside those that still run.
    """

    count = 0
    """Characters written so far."""
    _parked = False
    """Whether the terminal was given back, and nothing may be written until it is taken again."""
    _asked = False
    """Whether a SIGCONT waits for the loop: a hundred of them are one."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._loop = asyncio.get_running_loop()
        super().__init__(*given, **named)

    def write(self, data: str) -> None:
        if self._parked:
            return
        self.count += len(data)
        super().write(data)

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if has_title(os.environ):
            self.write(KEEP_TITLE)

    def stop_application_mode(self) -> None:
        if has_title(os.environ):
            self.write(GIVE_TITLE_BACK)
        super().stop_application_mode()

    def _sigtstp_application(self, *given: object) -> None:
        self._loop.call_soon_threadsafe(self._park)

    def _sigcont_application(self, *given: object) -> None:
        if not self._asked:
            self._asked = True
            self._loop.call_soon_threadsafe(self._take_back)

    def _park(self) -> None:
        """Give the terminal back, and stand still until a SIGCONT."""
        if self._auto_restart and not self._parked:
            self.suspend_application_mode()
            self._parked = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _take_back(self) -> None:
        """Take the terminal, whether it was given back before or somebody else may have used it since."""
        self._asked = False
        if not self._auto_restart:
            return  # it is lent to another program
        if not self._parked:
            self.suspend_application_mode()
        self._parked = False
        self._must_signal_resume = True
        super()._sigcont_application()
        # It is cleared by a start; in the background there is none, but a stop and another SIGCONT.
        self._parked = self._must_signal_resume


def _writer(driver: Driver | None) -> WriterThread | None:
    # Private to the library, and without it there is no way to see that a terminal does not read.
    found = getattr(driver, "_writer_thread", None)
    return found if isinstance(found, WriterThread) else None


def written(driver: Driver | None) -> int:
    """How much was written; a driver that does not count has written nothing."""
    return driver.count if isinstance(driver, ContinuedDriver) else 0


def queue_depth(driver: Driver | None) -> int:
    """Frames that wait to be written; 0 where there is no such queue."""
    writer = _writer(driver)
    return writer._queue.qsize() if writer is not None else 0


class HangUpWatch(threading.Thread):
    """Sees that the terminal is gone, also while the drawing loop is blocked by it.

    A thread of its own, because the loop cannot watch: once 30 frames are queued for a terminal that does not
    read, the loop stands still, and end-of-file on the input makes the library spin.
    """

    def __init__(self, driver: Callable[[], Driver | None], on_hang_up: Callable[[], None], fd: int) -> None:
        super().__init__(name="terminal-watch", daemon=True)
        self._driver = driver
        self._on_hang_up = on_hang_up
        self._fd = fd
        self._leaving = threading.Event()
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look four times a second, until stopped."""
        poll = select.poll()
        poll.register(self._fd, 0)
        while not self._leaving.wait(LOOK_EVERY) and not self._stopped.is_set():
            if any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0)):
                self._leaving.set()
                self._on_hang_up()
        if not self._stopped.wait(LAST_RESORT):
            self._force_open()

    def leave(self) -> None:
        """The screen is ending: from now on writing must not hold it up."""
        self._leaving.set()

    def stop(self) -> None:
        """The screen has ended."""
        self._stopped.set()
        self._leaving.set()
        self.join()

    def _force_open(self) -> None:
        """Give up on a terminal that takes nothing: what is still to be written goes nowhere, so that
        nobody waits for it any longer."""
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, _OUTPUT)
        os.close(null)
        while not self._stopped.wait(0.02):
            writer = _writer(self._driver())
            if writer is None:
                continue
            if writer.is_alive() and writer.ident is not None:
                # A write that blocks is begun anew after a signal, on the descriptor's new file.
                signal.pthread_kill(writer.ident, WAKE)
            elif writer._queue.full():
                try:
                    writer._queue.get_nowait()
                except Empty:
                    pass
