"""The loop learns that a process has ended: through a pidfd, or for a child through a thread."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable

Stop = Callable[[], None]
"""Ends a watch; may be called more than once."""


def watch_child(loop: asyncio.AbstractEventLoop, pid: int, on_exit: Callable[[], None]) -> Stop:
    """Call ``on_exit`` on the loop when the child ``pid`` has ended; it stays to be reaped.

    ``on_exit`` comes again and again until the watch is stopped.
    """
    return watch_process(loop, pid, on_exit) or _watch_in_thread(loop, pid, on_exit)


def watch_process(loop: asyncio.AbstractEventLoop, pid: int, on_exit: Callable[[], None]) -> Stop | None:
    """The same for any process; None where there is no pidfd.

    That is on a kernel before 5.3, in a sandbox that forbids it, and when no descriptor is left.
    """
    try:
        fd = os.pidfd_open(pid)
    except OSError:
        return None

    def stop() -> None:
        nonlocal fd
        if fd >= 0:
            loop.remove_reader(fd)
            os.close(fd)
            fd = -1

    try:
        loop.add_reader(fd, on_exit)
    except OSError:
        os.close(fd)
        return None
    return stop


def _watch_in_thread(loop: asyncio.AbstractEventLoop, pid: int, on_exit: Callable[[], None]) -> Stop:
    wanted = True

    def wait() -> None:
        try:
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            loop.call_soon_threadsafe(tell)
        except (ChildProcessError, RuntimeError):
            pass  # reaped already, or the loop was closed while the job lived on

    def tell() -> None:
        if wanted:
            on_exit()

    def stop() -> None:
        nonlocal wanted
        wanted = False

    threading.Thread(target=wait, name=f"exit of process {pid}", daemon=True).start()
    return stop
