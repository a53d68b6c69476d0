"""Painted: the text that a screen's bytes leave on a terminal; knows what the screen's library writes."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

from rich.cells import cell_len

_TOKEN = re.compile(
    r"\x1b\[(\d+);(\d+)H"
    r"|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]"
    r"|([\r\n])"
    r"|([^\x00-\x1f\x7f]+)"
    r"|[\x00-\x1f\x7f]"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[ -/]*)?\Z")


class Painted:
    """Rows of text; ``feed`` brings it up to date. Colours are of no interest here."""

    def __init__(self, columns: int, rows: int) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """The terminal has another size, and is empty."""
        self._columns, self._count = columns, rows
        self._rows = [[" "] * columns for _ in range(rows)]
        self._x = self._y = 0

    @property
    def lines(self) -> list[str]:
        """The rows, top to bottom, without the blanks at their ends."""
        return ["".join(row).rstrip() for row in self._rows]

    @property
    def text(self) -> str:
        """The rows as one text."""
        return "\n".join(self.lines)

    def feed(self, data: bytes) -> None:
        """What was written next."""
        text = self._rest + self._decoder.decode(data)
        unfinished = _UNFINISHED.search(text)
        stop = unfinished.start() if unfinished is not None else len(text)
        self._rest = text[stop:]
        for token in _TOKEN.finditer(text, 0, stop):
            if token[4]:
                self._write(token[4])
            elif token[1]:
                self._y, self._x = int(token[1]) - 1, int(token[2]) - 1
            elif token[3] == "\r":
                self._x = 0
            elif token[3] == "\n":
                self._y += 1

    def _write(self, text: str) -> None:
        if not 0 <= self._y < self._count:
            return
        row = self._rows[self._y]
        cells = list(text) if text.isascii() else [cell for char in text for cell in _cells(char)]
        cells = cells[: max(0, self._columns - self._x)]
        row[self._x : self._x + len(cells)] = cells
        self._x += len(cells)


def _cells(char: str) -> list[str]:
    width = cell_len(char)
    return [char, *[""] * (width - 1)] if width else []
