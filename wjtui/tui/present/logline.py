"""One line of a log as it is shown: time, level word, text (spec 1.4)."""

from __future__ import annotations

from typing import NamedTuple

from wjtui.logs.line import LineKind, parse
from wjtui.tui.present.ink import Ink
from wjtui.tui.present.sgr import Run, coloured
from wjtui.tui.present.times import clock

PAINTED_BYTES = 8192
"""So much of a long line is painted; all of it is in the log."""

_WORD = {
    LineKind.CONTINUATION: ("", Ink.LOG_INFO),
    LineKind.INFO: ("INFO", Ink.LOG_INFO),
    LineKind.WARN: ("WARN", Ink.LOG_WARN),
    LineKind.ERR: ("ERR", Ink.LOG_ERROR),
    LineKind.SYS_INFO: ("SYS", Ink.LOG_SYSTEM),
    LineKind.SYS_WARN: ("SYS WARN", Ink.LOG_WARN),
    LineKind.SYS_ERR: ("SYS ERR", Ink.LOG_ERROR),
}


class Shown(NamedTuple):
    """What one line looks like."""

    time: str
    level: str
    ink: Ink
    """Of the level word, and of all text that the job did not colour itself."""
    runs: list[Run]
    rest: int
    """Bytes that are not shown because the line is too long."""

    @property
    def plain(self) -> str:
        """The line without colours, for the clipboard."""
        return self.head + "".join(text for text, _ in self.runs)

    @property
    def head(self) -> str:
        """Time and level, padded so that texts stand under one another."""
        return f" {self.time:<8} {self.level:<5} "


def show(raw: bytes, kind: LineKind, owner: LineKind, length: int) -> Shown:
    """How ``raw`` is shown: the first ``PAINTED_BYTES`` at most of a line of ``length`` bytes.

    ``owner`` is the kind whose colour a line without prefix takes.
    """
    line = parse(raw[:PAINTED_BYTES])
    word, _ = _WORD[kind]
    _, ink = _WORD[owner]
    time = clock(line.at) if line.at is not None else ""
    return Shown(time, word, ink, coloured(line.text), max(0, length - PAINTED_BYTES))
