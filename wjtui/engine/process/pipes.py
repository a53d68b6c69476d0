"""Pump: brings what a job writes into one pipe to a sink, in chunks, as the loop finds it there."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from enum import StrEnum

CHUNK = 65536
"""Bytes: as much as a pipe holds. Larger pipes were slower."""
READS = 4
"""Chunks taken in one callback, so that a job that writes without pause leaves time to the others."""


class Stream(StrEnum):
    """Which of a job's two outputs."""

    OUT = "stdout"
    ERR = "stderr"


class Pump:
    """Owns the reading end of a pipe until everybody has closed the other one, or ``close``."""

    __slots__ = ("_fd", "_loop", "_sink", "drained", "last_output")

    def __init__(self, loop: asyncio.AbstractEventLoop, fd: int, sink: Callable[[bytes], None]) -> None:
        """Raises OSError when the loop cannot watch the pipe; ``fd`` is then still the caller's."""
        self.drained: asyncio.Future[bool] = loop.create_future()
        """Done when the pipe is closed: True at its end, False when it was given up."""
        self.last_output = time.monotonic()
        """When the last bytes came, or the pump began; on the scale of ``time.monotonic``."""
        self._loop = loop
        self._fd = fd
        self._sink = sink
        os.set_blocking(fd, False)
        loop.add_reader(fd, self._read)

    def finish(self) -> None:
        """Take what is in the pipe now, and give up what comes later."""
        if not self.drained.done():
            self._read()
        self.close()

    def close(self, *, at_end: bool = False) -> None:
        """Give the pipe up. Whoever still writes into it gets SIGPIPE."""
        if self._fd < 0:
            return
        self._loop.remove_reader(self._fd)
        os.close(self._fd)
        self._fd = -1
        if not self.drained.done():
            self.drained.set_result(at_end)

    def _read(self) -> None:
        for _ in range(READS):
            try:
                data = os.read(self._fd, CHUNK)
            except BlockingIOError:
                return
            if not data:
                self.close(at_end=True)
                return
            self.last_output = time.monotonic()
            self._sink(data)
            if len(data) < CHUNK:
                return
