"""LogFile: a log and its rolled predecessors, read as one endless byte sequence."""

from __future__ import annotations

import asyncio
import os
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from wjtui.model.events import LogExtent

_HEAD = 64
_BLOCK = 64 * 1024
_TAIL = 4 * 1024 * 1024
# O_NONBLOCK: opening a fifo that somebody put in the place of a log must not wait for a writer.
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK


class _Seen(NamedTuple):
    """What a look at one path found."""

    path: Path
    inode: int
    head: bytes
    """The first bytes: an inode number alone is soon given to the next file."""
    size: int


class _Segment(NamedTuple):
    """One file's part of the sequence."""

    file: _Seen
    base: int
    """Position of its first byte."""
    size: int
    """Bytes that count; fixed once there is a newer file, since the positions of that one build on it."""


class LogFile:
    """Positions count from the first byte of the oldest file there was at the first look.

    They hold as long as the newest file then known is found again, under its own or an older name, and has
    not got shorter. Otherwise counting starts anew, with another generation. Two objects that began with the
    same oldest file, once that had 64 bytes, agree on positions and generation. No descriptor is kept between
    calls, so a deleted log gives its room back. Safe to use from several threads.
    """

    def __init__(self, path: Path, older: Sequence[Path] = ()) -> None:
        """``older``: the names of its predecessors, newest first, as in ``Rolling``."""
        self.path = path
        self.older = tuple(older)
        self._paths = (path, *older)
        self._lock = Lock()
        self._segments: tuple[_Segment, ...] = ()
        self._generation = ""
        self._breaks = 0

    def extent(self) -> LogExtent:
        """How far the log reaches now; 0 to 0 where there is no file."""
        with self._lock:
            self._look()
            if not self._segments:
                return LogExtent(0, 0, self._generation)
            first, last = self._segments[0], self._segments[-1]
            return LogExtent(first.base, last.base + last.size, self._generation)

    def read(self, start: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``start``, read past the last extent if the log has grown.

        Empty where nothing is, or when the bytes that ``start`` stood for are gone.
        """
        with self._lock:
            if not self._segments:
                self._look()
            generation, segments = self._generation, self._segments
        for _ in self._paths:
            data = _read(segments, start, length)
            if data is not None:
                return data
            # A file was moved, or cut, since the last look; it may be moved once more while we look again.
            with self._lock:
                self._look()
                if self._generation != generation:
                    return b""
                segments = self._segments
        return b""

    def _look(self) -> None:
        """Bring segments and generation up to what is on the disk."""
        try:
            seen = _seen(self._paths)
        except OSError:
            return  # no descriptors left, or no permission: what was known still holds
        if self._segments:
            segments = _follow(self._segments, seen)
            if segments:
                self._segments = segments
                return
            self._breaks += 1
        self._segments = _chain(seen, 0)
        self._generation = _name(seen, self._breaks)


class FileLogSource:
    """A ``LogSource`` over a file of this machine.

    Always in a thread: on a disk of the network that hangs a look holds nobody up but who wants it.
    """

    def __init__(self, file: LogFile) -> None:
        self.file = file

    async def extent(self) -> LogExtent:
        """How far the log reaches now."""
        return await asyncio.to_thread(self.file.extent)

    async def read(self, start: int, length: int) -> bytes:
        """Up to ``length`` bytes from position ``start``."""
        return await asyncio.to_thread(self.file.read, start, length)


def tail_lines(file: LogFile, count: int) -> list[bytes]:
    """The last ``count`` lines, oldest first; a last one without LF counts."""
    extent = file.extent()
    return lines_before(file.read, extent.start, extent.end, count)


def lines_before(
    read: Callable[[int, int], bytes], start: int, end: int, count: int, *, limit: int = _TAIL
) -> list[bytes]:
    """Up to ``count`` lines that end at ``end``, with their line ends, so their lengths give their positions.

    Reads backwards in blocks, never before ``start`` and not more than about ``limit`` bytes: a line longer
    than that comes without its beginning.
    """
    blocks: list[bytes] = []
    begin, ends = end, 0
    while start < begin and ends <= count and end - begin < limit:
        length = min(_BLOCK, begin - start)
        block = read(begin - length, length)
        if len(block) < length:
            break  # rolled away meanwhile
        blocks.append(block)
        begin -= length
        ends += block.count(b"\n")
    lines = BytesIO(b"".join(reversed(blocks))).readlines()
    if begin > start and len(lines) > 1:
        del lines[0]  # the end of a line that begins before
    return lines[max(0, len(lines) - count) :]


def _seen(paths: Sequence[Path]) -> list[_Seen]:
    """The files there are, oldest first. Raises OSError when one is there and cannot be read."""
    # From the newest on, because files only ever move towards the oldest: one that moves meanwhile is met
    # twice and never missed.
    found: dict[int, _Seen] = {}
    for path in paths:
        try:
            fd = os.open(path, _FLAGS)
        except (FileNotFoundError, NotADirectoryError):
            continue
        try:
            status = os.fstat(fd)
            found[status.st_ino] = _Seen(path, status.st_ino, os.pread(fd, _HEAD, 0), status.st_size)
        finally:
            os.close(fd)
    return list(found.values())[::-1]


def _same(known: _Seen, seen: _Seen) -> bool:
    """Whether ``seen`` is the file ``known``, possibly grown."""
    return known.inode == seen.inode and known.size <= seen.size and seen.head.startswith(known.head)


def _chain(files: Sequence[_Seen], base: int) -> tuple[_Segment, ...]:
    segments = []
    for file in files:
        segments.append(_Segment(file, base, file.size))
        base += file.size
    return tuple(segments)


def _follow(known: tuple[_Segment, ...], seen: list[_Seen]) -> tuple[_Segment, ...]:
    """The known segments in the files as they are now; none when the newest one is gone."""
    newest = known[-1]
    at = next((at for at, file in enumerate(seen) if _same(newest.file, file)), None)
    if at is None:
        return ()
    kept: list[_Segment] = []
    for segment, file in zip(known[-2::-1], seen[at - 1 :: -1] if at else (), strict=False):
        if not _same(segment.file, file):
            break
        kept.append(_Segment(file, segment.base, segment.size))
    return (*kept[::-1], *_chain(seen[at:], newest.base))


def _name(seen: list[_Seen], breaks: int) -> str:
    """A generation: told by the first file, so that every reader that starts with it says the same."""
    if not seen:
        return ""
    name = f"{seen[0].inode:x}-{zlib.crc32(seen[0].head):08x}"
    return f"{name}-{breaks}" if breaks else name


def _read(segments: tuple[_Segment, ...], start: int, length: int) -> bytes | None:
    """The bytes, or None when a file is not where it was."""
    if not segments or start < segments[0].base:
        return b""
    parts: list[bytes] = []
    for segment in segments:
        last = segment is segments[-1]
        if length <= 0 or (start >= segment.base + segment.size and not last):
            continue
        wanted = length if last else min(length, segment.base + segment.size - start)
        part = _read_file(segment.file, start - segment.base, wanted)
        if part is None:
            return None
        parts.append(part)
        start += len(part)
        length -= len(part)
        if len(part) < wanted:
            break
    return b"".join(parts)


def _read_file(file: _Seen, offset: int, length: int) -> bytes | None:
    """Bytes of one file, None when its path holds another one by now, or nothing that can be read."""
    try:
        fd = os.open(file.path, _FLAGS)
    except OSError:
        return None
    try:
        if os.fstat(fd).st_ino != file.inode or os.pread(fd, len(file.head), 0) != file.head:
            return None
        parts = []
        while length > 0 and (part := os.pread(fd, length, offset)):
            parts.append(part)
            offset += len(part)
            length -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)
    except OSError:
        return None
    finally:
        os.close(fd)
