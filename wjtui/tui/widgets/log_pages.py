"""LogPages: what a view knows of one log: an index of its lines, and the bytes around what is shown."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import OrderedDict
from enum import Enum

from wjtui.logs.index import LineIndex
from wjtui.logs.line import LineKind
from wjtui.model.events import LogExtent
from wjtui.service import LogSource
from wjtui.tui.present.logline import PAINTED_BYTES

CHUNK = 64 * 1024
CHUNKS_KEPT = 64
SLICE = 256 * 1024
TAIL = 256 * 1024
WHOLE_AT_MOST = 32 * 1024 * 1024
"""A larger log is indexed from its beginning only when somebody goes there."""


class Stream(Enum):
    """Which lines a view shows."""

    ALL = frozenset(LineKind)
    OUT = frozenset(LineKind) - {LineKind.ERR}
    ERR = frozenset({LineKind.ERR})


class LogPages:
    """Reads only what is needed: the tail at once, then the pages shown, then the index, slice by slice.

    ``advance`` does one small piece of work; whoever owns this object calls it until it says that there is
    nothing to do, then waits for ``wake``. Everything else answers from memory.
    """

    def __init__(self, source: LogSource, wake: asyncio.Event) -> None:
        self.wake = wake
        """Set when there is something to do."""
        self.version = 0
        """Grows with every change of what can be shown."""
        self.extent = LogExtent(0, 0)
        self.index = LineIndex()
        self.opened = False
        self.whole = False
        """Whether the index reaches back to the first line there is."""
        self.note = ""
        """What happened to the log while it was open, in one sentence."""
        self.bookmarks: list[int] = []
        """Positions of the first bytes of marked lines, sorted."""
        self.source = source
        self._begin = 0
        self._generation = ""
        self._stale = False
        self._full: LineIndex | None = None
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._chunks: OrderedDict[int, bytes] = OrderedDict()

    @property
    def generation(self) -> str:
        """Another one: what was at a position is gone."""
        return self._generation

    def share(self, position: int) -> float:
        """How far down the log a position is: 0 to 1."""
        total = self.extent.end - self.extent.start
        return min(1.0, max(0.0, (position - self.extent.start) / total)) if total > 0 else 1.0

    def raw(self, line: int, most: int = PAINTED_BYTES) -> bytes | None:
        """The first bytes of a line, at most as many as are painted; None when they are not read yet."""
        start, end = self.index.span(line)
        end = min(end, start + most)
        parts = []
        for number in range(start // CHUNK, (max(start, end - 1)) // CHUNK + 1):
            base = number * CHUNK
            chunk = self._chunks.get(number)
            if chunk is None or len(chunk) < min(end - base, CHUNK):
                self._wanted[number] = None
                self._wanted.move_to_end(number)
                self.wake.set()
                return None
            self._chunks.move_to_end(number)
            parts.append(chunk[max(0, start - base) : max(0, end - base)])
        return b"".join(parts)

    def grew(self) -> None:
        """The log has grown. How far is asked of the source: an event counts as its writer does."""
        self._stale = True
        self.wake.set()

    @property
    def behind(self) -> bool:
        """Whether the log may reach further than what is read of it."""
        return self._stale or self.index.end < self.extent.end

    def want_whole(self) -> None:
        """Somebody wants to see the beginning of the log."""
        if not self.whole and self._full is None:
            self._full = LineIndex(self.extent.start)
            self.wake.set()

    @property
    def waiting(self) -> bool:
        """Whether something in sight is not read yet."""
        return bool(self._wanted)

    @property
    def read_back(self) -> float:
        """How much of the log the index being built has seen: 0 to 1."""
        if self._full is None:
            return 1.0 if self.whole else 0.0
        total = max(1, self.extent.end - self.extent.start)
        return min(1.0, (self._full.end - self.extent.start) / total)

    async def open(self) -> None:
        """Look how far the log reaches, and read its tail."""
        extent = await self.source.extent()
        await self._reset(extent)

    async def advance(self) -> bool:
        """Do one piece of work; False when there was nothing to do."""
        if self._wanted:
            number, _ = self._wanted.popitem()
            await self._fetch(number)
        elif self._stale:
            self._stale = False
            await self._look()
        elif self.extent.generation != self._generation:
            await self._reset(self.extent)
        elif self.extent.start > self._begin:
            self._roll()
        elif self.index.end < self.extent.end:
            await self._follow()
        elif self._full is not None:
            await self._build(self._full)
        else:
            return False
        return True

    async def _look(self) -> None:
        extent = await self.source.extent()
        known = self.extent
        if extent.generation != known.generation or extent.end > known.end or extent.start > known.start:
            self.extent = extent

    async def _reset(self, extent: LogExtent) -> None:
        if self.opened:
            gone = extent.end <= extent.start
            self.note = (
                "The log was deleted while it was open."
                if gone
                else "The log was cut or replaced while it was open: this is what there is now."
            )
            self.bookmarks.clear()
        self.extent, self._generation = extent, extent.generation
        self._chunks.clear()
        self._wanted.clear()
        self._begin = extent.start
        begin = max(extent.start, extent.end - TAIL)
        data = await self.source.read(begin, extent.end - begin) if extent.end > begin else b""
        if begin > extent.start:
            # Without a line end in all of the tail, the view begins inside one very long line.
            begin += (cut := data.find(b"\n") + 1)
            data = data[cut:]
        self.index = LineIndex(begin)
        self.whole, self._full = begin == extent.start, None
        self._take(begin, data)
        self.opened = True
        if not self.whole and extent.end - extent.start <= WHOLE_AT_MOST:
            self.want_whole()

    async def _follow(self) -> None:
        position = self.index.end
        data = await self.source.read(position, min(SLICE, self.extent.end - position))
        if position != self.index.end:
            return
        if not data:
            # Announced, but not there: the log was cut or replaced meanwhile.
            extent = await self.source.extent()
            if extent.end <= position and extent.generation == self._generation:
                self.extent = LogExtent(min(extent.start, position), position, extent.generation)
            else:
                self.extent = extent
            return
        self._take(position, data)

    def _take(self, position: int, data: bytes) -> None:
        self.index.extend(data, position)
        self._keep(position, data)
        self.version += 1

    async def _build(self, full: LineIndex) -> None:
        data = await self.source.read(full.end, min(SLICE, self.index.end - full.end))
        if full is not self._full:
            return
        if data:
            full.extend(data, full.end)
        if not data or full.end >= self.index.end:
            self._full = None
            if full.end >= self.index.end:
                self.index, self.whole = full, True
                self.version += 1

    def _roll(self) -> None:
        """The log lost its oldest bytes."""
        self._begin = self.extent.start
        self.note = "The log was rolled: its oldest lines went."
        self.index.drop_before(self._begin)
        del self.bookmarks[: bisect_left(self.bookmarks, self._begin)]
        if self._full is not None:
            self._full.drop_before(self._begin)
        self.version += 1

    async def _fetch(self, number: int) -> None:
        base = number * CHUNK
        begin = max(base, self.extent.start)
        data = await self.source.read(begin, base + CHUNK - begin)
        # What rolled away or cannot be read is blank: asked for again and again, it would keep us busy.
        blank, known = b" " * (begin - base), min(CHUNK, self.index.end - base)
        self._store(number, (blank + data).ljust(known))
        self.version += 1

    def _keep(self, position: int, data: bytes) -> None:
        """Hold the bytes that were read for the index: when following, they are shown next."""
        first = max(position, position + len(data) - CHUNKS_KEPT * CHUNK // 2)
        for number in range(first // CHUNK, (position + len(data) - 1) // CHUNK + 1 if data else 0):
            base = number * CHUNK
            piece = data[max(0, base - position) : base + CHUNK - position]
            known = self._chunks.get(number, b"")
            if position <= base:
                self._store(number, piece)
            elif len(known) == position - base:
                self._store(number, known + piece)

    def _store(self, number: int, chunk: bytes) -> None:
        self._chunks[number] = chunk
        self._chunks.move_to_end(number)
        while len(self._chunks) > CHUNKS_KEPT:
            self._chunks.popitem(last=False)
