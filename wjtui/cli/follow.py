"""Log lines from a source to the standard streams: all, the last ones, and those to come."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from wjtui.cli.documents import line_document
from wjtui.logs.line import LineKind, kind_of, parse
from wjtui.model.events import LogExtent, LogRef
from wjtui.model.runs import Run, RunRef
from wjtui.service import JobService, LogSource

CHUNK = 256 * 1024
_LOOK_SECONDS = 0.1


class Wanted(StrEnum):
    """Which lines."""

    INFO = "info"
    """Standard output of the job, warnings included."""
    ERROR = "error"
    """Standard error, and errors of the engine."""
    SYS = "sys"
    """The engine's lines."""


_KINDS = {
    Wanted.INFO: {LineKind.INFO, LineKind.WARN},
    Wanted.ERROR: {LineKind.ERR, LineKind.SYS_ERR},
    Wanted.SYS: {LineKind.SYS_INFO, LineKind.SYS_WARN, LineKind.SYS_ERR},
}


@dataclass
class Lines:
    """Prints those lines that are wanted. A line without prefix belongs to the line before it."""

    level: Wanted | None = None
    raw: bool = False
    json: bool = False
    _kind: LineKind = LineKind.INFO

    def wants(self, line: bytes) -> bool:
        """Whether this line, which follows the one asked about before, is to be printed."""
        self._kind = kind_of(line) or self._kind
        return self.level is None or self._kind in _KINDS[self.level]

    def render(self, line: bytes) -> tuple[bool, bytes]:
        """What is printed for a wanted line, and whether on standard error; asked in the lines' order."""
        if self.json:
            return False, msgspec.json.encode(line_document(parse(line))) + b"\n"
        if not self.raw:
            return False, line if line.endswith(b"\n") else line + b"\n"
        self._kind = kind_of(line) or self._kind
        parsed = parse(line)
        return self._kind is LineKind.ERR, parsed.text.encode() + b"\n"

    def print(self, lines: list[bytes]) -> None:
        """Print them and let them be seen."""
        for line in lines:
            error, text = self.render(line)
            (sys.stderr if error else sys.stdout).buffer.write(text)
        sys.stdout.flush()
        sys.stderr.flush()


class Reading:
    """A place in a log, which rolls and may be replaced while it is read."""

    def __init__(self, source: LogSource) -> None:
        self._source = source
        self._extent: LogExtent | None = None
        self._position = 0
        self._rest = b""

    async def more(self) -> list[bytes] | None:
        """The next whole lines, at most a chunk; None at the end of what is there now."""
        if self._extent is None or self._position >= self._extent.end:
            await self._look()
        assert self._extent is not None
        data = await self._source.read(self._position, min(CHUNK, self._extent.end - self._position))
        if not data:
            await self._look()
            return None
        self._position += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [line + b"\n" for line in lines]

    def rest(self) -> list[bytes]:
        """A last line that has no end."""
        rest, self._rest = self._rest, b""
        return [rest] if rest else []

    async def _look(self) -> None:
        extent = await self._source.extent()
        if self._extent is None or extent.generation != self._extent.generation:
            self._position, self._rest = extent.start, b""
        self._position = max(self._position, extent.start)
        self._extent = extent


async def print_log(reading: Reading, lines: Lines, count: int | None) -> None:
    """Print what is there, or the last ``count`` wanted lines of it."""
    last: deque[bytes] = deque(maxlen=count)
    while (found := await reading.more()) is not None:
        wanted = [line for line in found if lines.wants(line)]
        if count is None:
            lines.print(wanted)
        else:
            last.extend(wanted)
    lines.print(list(last))


async def follow(reading: Reading, lines: Lines, service: JobService, run: RunRef | None) -> None:
    """Print what comes: for ever, or until the run has ended and all of its log is printed."""
    while True:
        # Asked before the log is read: what a run wrote is in its log before the run has ended.
        ended = run is not None and (await service.get_run(run)).status.ended
        while (found := await reading.more()) is not None:
            lines.print([line for line in found if lines.wants(line)])
        if ended:
            return
        await asyncio.sleep(_LOOK_SECONDS)


async def follow_run(service: JobService, ref: RunRef, lines: Lines) -> None:
    """Print a run's log from its beginning until the run has ended."""
    reading = Reading(await service.open_log(LogRef(ref.job, ref.run)))
    await follow(reading, lines, service, ref)
    lines.print([line for line in reading.rest() if lines.wants(line)])


async def wait_for_end(service: JobService, ref: RunRef) -> Run:
    """The run, once it has ended."""
    while True:
        run = await service.get_run(ref)
        if run.status.ended:
            return run
        await asyncio.sleep(_LOOK_SECONDS)
