"""The engine's log lines on standard error: with priorities for the journal, with their time for people."""

from __future__ import annotations

import logging
import os
import threading
from queue import Full, Queue

from wjtui.launch.log_format import plain_formatter

_WAITING = 1000
"""Lines that wait for whoever reads them; those that find no room are counted and lost."""
_LAST_SECONDS = 1.0
"""So long the end of the engine waits for a reader."""
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
DEBUG_PRIORITY = 7


def priority(level: int) -> int:
    """The journal's priority of a log level."""
    return next((number for least, number in _PRIORITIES if level >= least), DEBUG_PRIORITY)


def journal_line(text: str, level: int) -> str:
    """A text as the journal takes it: each of its lines begins with the priority."""
    return "\n".join(f"<{priority(level)}>{line}" for line in text.split("\n"))


class StandardError(logging.Handler):
    """Written by a thread of its own: a terminal that stands still, or a full pipe, holds up no job."""

    def __init__(self, fd: int, *, journal: bool) -> None:
        super().__init__()
        self._fd = fd
        self._journal = journal
        self._lost = 0
        # The journal knows the time itself.
        self.setFormatter(logging.Formatter("%(name)s: %(message)s") if journal else plain_formatter())
        self._lines: Queue[bytes | None] = Queue(_WAITING)
        self._thread = threading.Thread(target=self._write, name="standard-error", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Put a line in the queue; never waits."""
        said = self._shown(self.format(record), record.levelno)
        if self._lost:
            text = f"{self._lost} lines before this one found no reader"
            said = self._shown(text, logging.WARNING) + said
        try:
            self._lines.put_nowait(said)
        except Full:
            self._lost += 1
        else:
            self._lost = 0

    def close(self) -> None:
        """Write what waits, as far as somebody reads it within a second."""
        try:
            self._lines.put_nowait(None)
        except Full:
            pass
        self._thread.join(_LAST_SECONDS)
        super().close()

    def _shown(self, text: str, level: int) -> bytes:
        line = journal_line(text, level) if self._journal else text
        return f"{line}\n".encode("utf-8", "backslashreplace")

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                while line:
                    line = line[os.write(self._fd, line) :]
            except OSError:
                pass  # the terminal is gone, or nobody reads the pipe any more
