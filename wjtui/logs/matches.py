"""Matches: where the lines of a growing log are that match a pattern."""

from __future__ import annotations

import asyncio
import re
from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from wjtui.logs.bounded import Bounded, TooSlow
from wjtui.logs.search import Piece, Slices, Want, answer, hits_in, slices_back, slices_on
from wjtui.model.events import LogExtent

if TYPE_CHECKING:
    from wjtui.service import LogSource

PIECE = 1024 * 1024
"""Bytes searched at once: first hits show after a few milliseconds, and a search can stop that often."""
MOST = 4_000_000
"""Positions kept, 32 MB; beyond that the oldest are forgotten."""


class Matches:
    """Eight bytes a matching line: the position of its first byte, as in ``LogExtent``.

    ``advance`` searches one piece, in a thread: first the newest, then what the log has grown by since, then
    on towards the beginning. It may be cancelled at any time, and goes on where it was at the next call.
    Everything else answers from memory.
    """

    def __init__(
        self,
        source: LogSource,
        extent: LogExtent,
        pattern: re.Pattern[bytes],
        *,
        piece: int = PIECE,
        most: int = MOST,
    ) -> None:
        """``pattern`` from ``compile_pattern``. InvalidRequest for one that cannot be searched in bounds."""
        self.bounded = Bounded(pattern)
        """Tells, too, which parts of a line to mark: ``bounded.spans``."""
        self.version = 0
        """Grows with every change of ``positions``."""
        self._source = source
        self._size = piece
        self._most = most
        self._one_at_a_time = asyncio.Lock()
        self._start_anew(extent)

    def _start_anew(self, extent: LogExtent) -> None:
        self.extent = extent
        self.positions = array("Q")
        """Sorted; look, do not touch."""
        self.trouble: str | None = None
        """Why the search has ended early, as a sentence for people."""
        self.forgotten = False
        """Whether there were too many, so that the oldest are not known."""
        self._begin = self._end = extent.end
        self._back: _Walk | None = _Walk(slices_back(extent, self._size))
        self._on: _Walk | None = None
        self.version += 1

    def __contains__(self, position: int) -> bool:
        """Whether the line that begins there matches."""
        at = bisect_left(self.positions, position)
        return at < len(self.positions) and self.positions[at] == position

    @property
    def count(self) -> int:
        """How many matching lines are known."""
        return len(self.positions)

    @property
    def searched(self) -> tuple[int, int]:
        """Positions between which every matching line that begins there is known."""
        return self._begin, self._end

    @property
    def complete(self) -> bool:
        """Whether every matching line is known, as far as the log is known to reach."""
        return self._idle and not self.forgotten and self.trouble is None

    @property
    def progress(self) -> float:
        """How much of the log was searched: 0 to 1; 1 too when nothing more will be."""
        total = self.extent.end - self.extent.start
        return 1.0 if self._idle or total <= 0 else min(1.0, (self._end - self._begin) / total)

    def next(self, position: int) -> int | None:
        """The nearest matching line that begins after ``position``."""
        at = bisect_right(self.positions, position)
        return self.positions[at] if at < len(self.positions) else None

    def previous(self, position: int) -> int | None:
        """The nearest matching line that begins before ``position``."""
        at = bisect_left(self.positions, position)
        return self.positions[at - 1] if at else None

    def rank(self, position: int) -> int:
        """How many matching lines begin before ``position``."""
        return bisect_left(self.positions, position)

    def grew(self, extent: LogExtent) -> None:
        """The log reaches that far now; call ``fill`` or ``advance`` afterwards."""
        if extent.generation != self.extent.generation:
            self._start_anew(extent)
        elif extent.end >= self.extent.end:
            rolled, self.extent = extent.start > self.extent.start, extent
            if rolled:
                self._roll(extent.start)

    async def fill(self) -> None:
        """Search until there is nothing left to do."""
        while await self.advance():
            pass

    async def advance(self) -> bool:
        """Search one piece; False when there was nothing to do."""
        async with self._one_at_a_time:
            if self._idle:
                return False
            if self._end < self.extent.end and (self._back is None or self._begin < self._end):
                await self._look_on()
            elif self._back is not None:
                await self._look_back(self._back)
            return True

    @property
    def _idle(self) -> bool:
        return self.trouble is not None or (self._back is None and self._end >= self.extent.end)

    async def _look_on(self) -> None:
        """The next piece of what the log has grown by."""
        if self._on is None:
            self._on = _Walk(slices_on(self.extent, self._size, begin=self._end), self.extent.end)
        walk = self._on
        piece = await walk.piece(self._source)
        found = await self._search(piece) if piece else None
        if walk is not self._on:
            return
        if piece is None:
            self._on, self._end = None, walk.goal
        elif found is not None:
            walk.go_on()
            self._end = max(self._end, min(walk.goal, piece.position + piece.end))
            if piece.first == piece.line:  # a line looked at again, and perhaps it matches no more
                del self.positions[bisect_left(self.positions, piece.line) :]
            self.positions.extend(found[1:] if found and found[0] in self else found)
            self.version += 1
            self._forget(len(self.positions) - self._most)

    async def _look_back(self, walk: _Walk) -> None:
        """The next piece towards the beginning."""
        piece = await walk.piece(self._source)
        found = await self._search(piece) if piece else None
        if walk is not self._back:
            return
        if piece is None:
            self._back = None
        elif found is not None:
            walk.go_on()
            self._begin = min(self._begin, max(piece.first, self.extent.start))
            known = self.positions  # a line longer than a piece is found more than once
            self.positions = (found[:-1] if found and found[-1] in self else found) + known
            self.version += 1
            if self._begin <= self.extent.start:
                self._back = None
            self._forget(bisect_left(self.positions, self.extent.start))
            self._forget(len(self.positions) - self._most)

    async def _search(self, piece: Piece) -> array[int] | None:
        try:
            return await asyncio.to_thread(_lines, piece, self.bounded)
        except TooSlow:
            self.trouble = (
                f"{self.bounded} takes too long on this log: make it simpler, or look for plain text."
            )
            return None

    def _roll(self, start: int) -> None:
        """The log begins at ``start`` now. A walk that would still ask for bytes before it begins anew."""
        self._begin, self._end = max(self._begin, start), max(self._end, start)
        self._on = self._back = None
        if self._begin > start and not self.forgotten:
            self._back = _Walk(slices_back(self.extent, self._size, end=self._begin))
        self._forget(bisect_left(self.positions, start))

    def _forget(self, count: int) -> None:
        """The oldest ``count`` positions, if that is more than none."""
        if count > 0:
            self.forgotten = self.forgotten or self.positions[count - 1] >= self.extent.start
            self._back = None if self.forgotten else self._back
            del self.positions[:count]
            self.version += 1


class _Walk:
    """Slices on their way: cancelled while one is read or searched, it is the same one's turn again."""

    def __init__(self, slices: Slices, goal: int = 0) -> None:
        self.goal = goal
        """Position at which it ends."""
        self._slices = slices
        self._step = next(slices, None)

    async def piece(self, source: LogSource) -> Piece | None:
        """The next piece, None at the end; the same again until ``go_on``."""
        while isinstance(self._step, Want):
            self._step = answer(self._slices, await source.read(*self._step))
        return self._step

    def go_on(self) -> None:
        """The piece is done."""
        self._step = next(self._slices, None)


def _lines(piece: Piece, bounded: Bounded) -> array[int]:
    return array("Q", (hit.line for hit in hits_in(piece, bounded.within())))
