"""What a history reads out of logs: their last error lines, and where the first error is."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable

from wjtui.logs.line import kind_of
from wjtui.model.errors import WjtuiError
from wjtui.model.events import LogRef
from wjtui.model.runs import Run, RunRef
from wjtui.service import JobService
from wjtui.support.tasks import TaskSet
from wjtui.tui.present.plain import plain
from wjtui.tui.present.run_tail import ERRORS, TAIL_BYTES, ErrorLine, error_lines

TAILS_KEPT = 50
_SLICE = 256 * 1024
_HEAD = 1024
"""No prefix is longer."""
_ERROR = re.compile(
    rb"^\[\d\d/\d\d/\d{4} \d\d:\d\d:\d\d > [^\n]{0,%d}?: (?:SYS )?ERR \]" % _HEAD, re.MULTILINE
)


class RunTails:
    """The last error lines of the runs that somebody looked at; each is read by a task of the screen."""

    def __init__(self, service: JobService, tasks: TaskSet, *, changed: Callable[[], None]) -> None:
        self._service = service
        self._tasks = tasks
        self._changed = changed
        self._lines: OrderedDict[RunRef, list[ErrorLine]] = OrderedDict()
        self._reading: set[RunRef] = set()
        self._grown: set[RunRef] = set()
        self._stale: set[RunRef] = set()

    @property
    def busy(self) -> bool:
        """Whether something is being read."""
        return bool(self._reading)

    def of(self, run: Run) -> list[ErrorLine] | None:
        """Oldest first; None: not read yet."""
        return self._lines.get(run.ref)

    def wants(self, run: Run) -> bool:
        """Whether the run's log is to be read, for the first time or again."""
        unknown = run.ref not in self._lines and run.output_size != 0
        return (unknown or run.ref in self._stale) and run.ref not in self._reading

    def read(self, run: Run) -> None:
        """Read the end of its log."""
        self._reading.add(run.ref)
        self._stale.discard(run.ref)
        self._tasks.start(f"errors of {run.ref}", self._read(run.ref))

    def grew(self, logs: Iterable[LogRef]) -> None:
        """Some logs have grown."""
        self._grown |= {RunRef(ref.job, ref.run) for ref in logs if ref.run is not None} & set(self._lines)

    def tick(self) -> None:
        """Once a second: what has grown may be read again."""
        self._stale |= self._grown
        self._grown.clear()

    async def _read(self, ref: RunRef) -> None:
        try:
            lines = await last_errors(self._service, LogRef(ref.job, ref.run))
        except WjtuiError:
            lines = []
        finally:
            self._reading.discard(ref)
        self._lines[ref] = lines
        self._lines.move_to_end(ref)
        while len(self._lines) > TAILS_KEPT:
            self._lines.popitem(last=False)
        self._changed()


async def last_errors(service: JobService, ref: LogRef) -> list[ErrorLine]:
    """The last error lines in the last 64 kB of a log. Raises what the service raises."""
    source = await service.open_log(ref)
    extent = await source.extent()
    start = max(extent.start, extent.end - TAIL_BYTES)
    data = await source.read(start, extent.end - start)
    return error_lines(data, whole=start == extent.start)


async def first_error_at(service: JobService, ref: LogRef) -> int | str:
    """The position of the first error line's first byte; or a sentence why there is no such line."""
    try:
        source = await service.open_log(ref)
        extent = await source.extent()
        at = begin = extent.start
        rest = b""
        while at < extent.end:
            data = await source.read(at, min(_SLICE, extent.end - at))
            if not data:
                break
            found = await asyncio.to_thread(_first_in, rest + data)
            if found is not None:
                # In ``rest`` only its first byte begins a line.
                return begin if found == 0 else at + found - len(rest)
            # A line that is cut is looked at again with what follows; of a long one its beginning is enough.
            if end := data.rfind(b"\n") + 1:
                begin, rest = at + end, b""
            rest = (rest + data[end:])[:_HEAD]
            at += len(data)
    except WjtuiError as error:
        return plain(error.message)
    return "The log of this run has no line of standard error, and none of the engine's about a failure."


def _first_in(data: bytes) -> int | None:
    """Where in ``data`` the first line of errors begins."""
    # A job may print what looks like a level; which one a line has is said by its first.
    return next((found.start() for found in _ERROR.finditer(data) if kind_of(found[0]) in ERRORS), None)
