"""Rows of a log: a line takes one or, wrapped or unfolded, several; only those near the view are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.cells import cell_len


class Row(NamedTuple):
    """One row: of the shown line ``at``, counted from 0, the row ``part``."""

    at: int
    part: int = 0


TOP = Row(0)


class Rows:
    """Walks over rows. ``height`` tells how many a line has; None: each has one, and no walk is needed."""

    def __init__(self, count: int, height: Callable[[int], int] | None = None) -> None:
        self.count = count
        """Lines there are."""
        self._height = height

    def height(self, at: int) -> int:
        """Rows of a line."""
        return 1 if self._height is None else max(1, self._height(at))

    def move(self, row: Row, by: int) -> Row:
        """The row so many further, or before; the first or the last one there is, where there are no more."""
        if not self.count:
            return TOP
        row = self.nearest(row)
        if self._height is None:
            return Row(min(max(row.at + by, 0), self.count - 1))
        at, part = row
        part += by
        while part < 0 and at > 0:
            at -= 1
            part += self.height(at)
        while part >= (tall := self.height(at)) and at + 1 < self.count:
            at += 1
            part -= tall
        return Row(at, min(max(part, 0), self.height(at) - 1))

    def nearest(self, row: Row) -> Row:
        """The row itself, or the nearest there is."""
        if not self.count:
            return TOP
        at = min(max(row.at, 0), self.count - 1)
        part = row.part if at == row.at else 0
        return Row(at, min(part, self.height(at) - 1) if part else 0)

    def last_top(self, page: int) -> Row:
        """The row on top when the last one stands at the bottom of ``page`` rows."""
        if not self.count:
            return TOP
        last = self.count - 1
        return self.move(Row(last, self.height(last) - 1), 1 - page)

    def clamp(self, row: Row, page: int) -> Row:
        """The nearest row that may be on top."""
        return min(self.nearest(row), self.last_top(page))

    def from_top(self, top: Row, page: int) -> list[Row]:
        """The rows of one page."""
        rows: list[Row] = []
        at, part = top
        while len(rows) < page and at < self.count:
            tall = self.height(at)
            rows += [Row(at, number) for number in range(part, min(tall, part + page - len(rows)))]
            at, part = at + 1, 0
        return rows


def breaks(text: str, width: int, rest: int) -> list[int]:
    """Where to break a text: offsets of the characters that begin a new row.

    The first row has ``width`` cells, the others ``rest``. Between words, when there is a blank in the last
    third of a row; the blank stays at the row's end.
    """
    found: list[int] = []
    begin, room = 0, max(2, width)
    ascii_only = text.isascii()
    while True:
        end = begin + room if ascii_only else _fitting(text, begin, room)
        if end >= len(text):
            return found
        blank = text.rfind(" ", begin + room * 2 // 3, end + 1)
        begin = min(blank + 1 if blank >= 0 else end, len(text))
        if begin >= len(text):
            return found
        found.append(begin)
        room = max(2, rest)


def _fitting(text: str, begin: int, room: int) -> int:
    """The offset behind the last character that fits into ``room`` cells; one character fits always."""
    end, used = begin, 0
    while end < len(text):
        used += cell_len(text[end])
        if used > room and end > begin:
            break
        end += 1
    return end
