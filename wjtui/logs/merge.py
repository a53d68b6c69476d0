"""MergedLog: several logs as one, ordered by time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import ExitStack
from heapq import merge
from operator import itemgetter
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from wjtui.logs.line import prefix_of
from wjtui.logs.scratch import LIMIT, ScratchLog
from wjtui.model.errors import JobNotFound, RunNotFound
from wjtui.model.events import LogExtent

if TYPE_CHECKING:
    from wjtui.service import LogSource

PER_LOG = 8 * 1024 * 1024
"""Bytes of each log with which the merged one begins."""
ENDLESS = 1024 * 1024
"""A line without an end is waited for until it is that long; then it is shown in parts."""
_BLOCK = 1024 * 1024
_HELD = 256 * 1024

_Item = tuple[bytes, "_Feed", bytes, bytes, bool]
"""Time, feed, prefix of its line or of the line that it continues, text, whether it is a continuation."""


class MergedLog:
    """A ``LogSource`` over others: each line keeps its prefix, then come its log's name and `` | ``.

    ``refresh`` takes in what there is; what it has shown once stays as it is, so a line that arrives late
    stands where the log ended then. Times are whole seconds: lines of one second stand in the order of the
    sources, each source's in the order of its own. Continuation lines stay behind theirs and have no prefix;
    one that comes after another log's lines gets its line's prefix again, so that it still counts as what it
    is. A last line without an end waits for it.

    The text is in temporary files, the newest 128 to 256 MiB of it; memory holds a few hundred kB a source.
    """

    def __init__(
        self, sources: Sequence[tuple[str, LogSource]], *, per_log: int = PER_LOG, limit: int = LIMIT
    ) -> None:
        """``sources`` with the names to show; they stay the caller's."""
        width = max((len(name) for name, _ in sources), default=0)
        self.trouble: str | None = None
        """Why nothing is added any more, as a sentence for people."""
        self._feeds = [_Feed(f"{name:<{width}} | ".encode(), source, per_log) for name, source in sources]
        self._scratch = ScratchLog(limit)
        self._one_at_a_time = asyncio.Lock()
        self._last: _Feed | None = None
        self._closed = False

    async def extent(self) -> LogExtent:
        """How far it reaches, as of the last ``refresh``."""
        return await self._scratch.extent()

    async def read(self, start: int, length: int) -> bytes:
        """Up to ``length`` bytes from position ``start``."""
        return await self._scratch.read(start, length)

    async def refresh(self) -> bool:
        """Take in what came since; whether that was anything. Raises what the sources raise."""
        async with self._one_at_a_time:
            if self._closed or self.trouble is not None:
                return False
            try:
                with ExitStack() as files:
                    gathered = [await feed.gather(files) for feed in self._feeds]
                    batches = [batch for batch in gathered if batch is not None]
                    if batches:
                        await _to_the_end(asyncio.to_thread(self._write, batches))
            except OSError as error:
                self.trouble = (
                    f"The logs cannot be merged ({error.strerror or error}): make room for temporary files,"
                    " and open them again."
                )
                return False
            return bool(batches)

    async def aclose(self) -> None:
        """Give the temporary files back."""
        async with self._one_at_a_time:
            self._closed = True
            self._scratch.close()

    def _write(self, batches: Sequence[_Batch]) -> None:
        parts: list[bytes] = []
        size = 0
        for item in merge(*(batch.feed.items(batch.lines) for batch in batches), key=itemgetter(0)):
            _, feed, prefix, text, continues = item
            if not continues or feed is not self._last:
                parts.append(prefix)
            parts += (feed.mark, text)
            size += len(prefix) + len(text)
            self._last = feed
            if size > _HELD:
                self._scratch.append(b"".join(parts))
                parts.clear()
                size = 0
        self._scratch.append(b"".join(parts))
        for batch in batches:
            batch.feed.take(batch)


class _Batch(NamedTuple):
    """What one log has grown by, in whole lines."""

    feed: _Feed
    lines: IO[bytes]
    end: int
    """Position in that log behind them."""
    generation: str


class _Feed:
    """One log on its way into the merged one."""

    def __init__(self, mark: bytes, source: LogSource, per_log: int) -> None:
        self.mark = mark
        """What stands before the text of each line."""
        self._source = source
        self._per_log = per_log
        self._position: int | None = None
        self._generation = ""
        self._prefix = b""
        self._time = b""

    async def gather(self, files: ExitStack) -> _Batch | None:
        """Copy what is new; None when that is no whole line. Raises OSError, and what the source raises."""
        try:
            extent = await self._source.extent()
            begin = await self._begin(extent)
            if begin >= extent.end:
                self._position, self._generation = begin, extent.generation
                return None
            return await self._copy(begin, extent, files)
        except (JobNotFound, RunNotFound):
            return None  # deleted meanwhile; what was shown of it stays

    def take(self, batch: _Batch) -> None:
        """It is written: go on behind it."""
        self._position, self._generation = batch.end, batch.generation

    def items(self, lines: IO[bytes]) -> Iterator[_Item]:
        """The lines with what is needed to sort and write them."""
        for line in lines:
            text = line if line.endswith(b"\n") else line + b"\n"
            prefix = prefix_of(line)
            if prefix:
                self._prefix = prefix if prefix.endswith(b" ") else prefix + b" "
                self._time = b"".join((line[7:11], line[1:3], line[4:6], line[12:20]))
            yield self._time, self, self._prefix, text[len(prefix) :], not prefix

    async def _begin(self, extent: LogExtent) -> int:
        if self._position is None:
            begin = max(extent.start, extent.end - self._per_log)
            return begin if begin == extent.start else await self._line_after(begin - 1, extent.end)
        same = extent.generation == self._generation and extent.start <= self._position <= extent.end
        return self._position if same else extent.start

    async def _line_after(self, position: int, end: int) -> int:
        """Where the first line begins behind ``position``."""
        while position < end:
            data = await self._source.read(position, min(_HELD, end - position))
            if not data:
                break
            if (found := data.find(b"\n")) >= 0:
                return position + found + 1
            position += len(data)
        return end

    async def _copy(self, begin: int, extent: LogExtent, files: ExitStack) -> _Batch | None:
        lines = files.enter_context(SpooledTemporaryFile(_HELD))  # noqa: SIM115, the stack closes it
        at = whole = begin
        while at < extent.end and (data := await self._source.read(at, min(_BLOCK, extent.end - at))):
            lines.write(data)
            if (found := data.rfind(b"\n")) >= 0:
                whole = at + found + 1
            at += len(data)
        if at - whole > ENDLESS:
            whole = at
        if whole == begin:
            return None
        lines.truncate(whole - begin)
        lines.seek(0)
        return _Batch(self, lines, whole, extent.generation)


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for a thread even when cancelled: it must not write on beside the next one."""
    task = asyncio.create_task(work, name="merge logs")
    try:
        await asyncio.shield(task)
    finally:
        if not task.done():
            await asyncio.wait([task])
            task.exception()
