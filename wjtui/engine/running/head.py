"""Head: what ``job_log.txt`` gets of a continuous job: engine lines, a launch's first and last (spec 5.6)."""

from __future__ import annotations

from collections.abc import Callable

from wjtui.logs.line import Level, message
from wjtui.support.clock import Clock

FIRST_LINES = 200
LAST_LINES = 50
_KEPT_BYTES = 64 * 1024


class Head:
    """Takes the stamped pieces of the application log and writes whole lines of them on.

    Of each launch the first 200 output lines, then one WARN line, then nothing but what the engine says; at
    its end the last 50 lines, if they were beyond the first ones.
    """

    __slots__ = (
        "_application_log", "_clock", "_instance", "_last", "_last_whole", "_lines", "_rest", "_write",
    )  # fmt: skip

    def __init__(
        self, write: Callable[[bytes], None], instance: str, application_log: str, clock: Clock
    ) -> None:
        self._write = write
        self._instance = instance
        self._application_log = application_log
        self._clock = clock
        self._rest = b""
        self._lines = 0
        self._last = bytearray()
        self._last_whole = True

    def begin(self) -> None:
        """A new launch."""
        self._lines = 0
        self._last.clear()
        self._last_whole = True

    def system(self, lines: bytes) -> None:
        """Lines of the engine, whole; they end a line the job left open, as in the application log."""
        if self._lines >= FIRST_LINES:
            if self._last and not self._last.endswith(b"\n"):
                self._keep(b"\n")
        elif self._rest:
            self.output(b"\n")
        self._write(lines)

    def output(self, data: bytes) -> None:
        """A stamped piece of the job's output; it may end inside a line."""
        if self._lines >= FIRST_LINES:
            self._keep(data)
            return
        data = self._rest + data
        cut = data.rfind(b"\n") + 1
        self._rest = data[cut:][-_KEPT_BYTES:]
        lines = data[:cut].splitlines(keepends=True) if cut else []
        room = FIRST_LINES - self._lines
        self._lines += len(lines)
        if lines[:room]:
            self._write(b"".join(lines[:room]))
        if self._lines >= FIRST_LINES:
            text = f"So far the first {FIRST_LINES} lines of this launch; all are in {self._application_log}"
            self._write(message(self._instance, Level.WARN, text, self._clock.now()))
            self._keep(b"".join(lines[room:]) + self._rest)
            self._rest = b""

    def end(self) -> None:
        """The launch has ended: its last lines, where they were cut off above."""
        if self._rest:
            self._write(self._rest + b"\n")
            self._rest = b""
        if self._last:
            lines = bytes(self._last).split(b"\n")
            if not self._last_whole:
                del lines[0]  # the oldest kept piece began inside a line
            last = [line for line in lines if line][-LAST_LINES:]
            if last:
                self._write(b"\n".join(last) + b"\n")
        self.begin()

    def _keep(self, data: bytes) -> None:
        self._last += data
        if len(self._last) >= 2 * _KEPT_BYTES:
            cut = len(self._last) - _KEPT_BYTES
            self._last_whole = self._last[cut - 1] == ord("\n")
            del self._last[:cut]
