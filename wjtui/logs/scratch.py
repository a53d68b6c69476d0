"""ScratchLog: a log in temporary files without a name, which the system takes away with the process."""

from __future__ import annotations

import asyncio
import os
import tempfile
from threading import Lock
from typing import IO, NamedTuple

from wjtui.model.events import LogExtent

LIMIT = 128 * 1024 * 1024
"""Bytes of one file; the one before it is kept, so that twice as much is on the disk at most."""
_IN_PLACE = 256 * 1024


class _Part(NamedTuple):
    """One file's part of the log."""

    file: IO[bytes]
    base: int
    """Position of its first byte."""


class ScratchLog:
    """A ``LogSource`` that grows by ``append``, and rolls: positions go on, ``start`` moves.

    One may append in one thread while others read.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._lock = Lock()
        self._parts: list[_Part] = []
        self._end = 0

    def append(self, data: bytes) -> None:
        """Add whole lines. Raises OSError where there is no room, and then nothing is added."""
        if not self._parts or self._parts[-1].base < self._end > self._parts[-1].base + self._limit - len(
            data
        ):
            self._roll()
        file, base = self._parts[-1]
        done = 0
        with memoryview(data) as view:
            while done < len(data):
                done += os.pwrite(file.fileno(), view[done:], self._end - base + done)
        self._end += len(data)

    async def extent(self) -> LogExtent:
        """How far the log reaches now; its generation never changes."""
        parts = self._parts
        return LogExtent(parts[0].base if parts else self._end, self._end, "scratch")

    async def read(self, start: int, length: int) -> bytes:
        """Up to ``length`` bytes from position ``start``; long ones are read in a thread."""
        if length <= _IN_PLACE:
            return self._read(start, length)
        return await asyncio.to_thread(self._read, start, length)

    def close(self) -> None:
        """Give the room back; from now on there is nothing to read."""
        with self._lock:
            for part in self._parts:
                part.file.close()
            self._parts = []

    def _roll(self) -> None:
        new = _Part(_file(), self._end)
        with self._lock:
            for part in self._parts[:-1]:
                part.file.close()
            self._parts = [*self._parts[-1:], new]

    def _read(self, start: int, length: int) -> bytes:
        data = b""
        with self._lock:
            stop = min(start + length, self._end)
            ends = [part.base for part in self._parts[1:]] + [stop]
            for (file, base), end in zip(self._parts, ends, strict=False):
                if base <= start < (end := min(end, stop)):
                    data += os.pread(file.fileno(), end - start, start - base)
                    start = end
        return data


def _file() -> IO[bytes]:
    return tempfile.TemporaryFile(prefix="wjtui-log-", buffering=0)
