"""The bar beside a log: where the view is, and where errors, hits and bookmarks are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from wjtui.tui.present.ink import Ink, Piece

Has = Callable[[int, int], bool]
"""Whether one of the lines from the first number up to, not with, the second is such a line."""

_TRACK, _THUMB, _BOOKMARK = " ", "█", "◆"
_IN_ASCII = {_THUMB: "#", _BOOKMARK: "*"}


class Marks(NamedTuple):
    """What the bar marks, asked by line numbers; each answer costs a search in a sorted sequence."""

    errors: Has
    hits: Has
    bookmarks: Has


class Cell(NamedTuple):
    """One cell of the bar."""

    piece: Piece
    thumb: bool
    """Whether it stands for lines in sight."""


def bar(
    height: int, numbers: Sequence[int], rows: Sequence[int], marks: Marks, *, ascii_only: bool = False
) -> list[Cell]:
    """The cells from top to bottom; ``rows``: which shown line, counted from 0, each row in sight is of."""
    count = len(numbers)
    top, bottom = (rows[0], rows[-1] + 1) if rows else (0, 0)
    cells: list[Cell] = []
    scrolls = bottom - top < count
    first, last = thumb(height, count, top, bottom)
    for y in range(height):
        if scrolls:
            begin, stop = y * count // height, max(y * count // height + 1, (y + 1) * count // height)
            above = (y - 1) * count // height
        else:
            # All lines are in sight: a mark is beside its line.
            begin, above = (rows[y] if y < len(rows) else count), (rows[y - 1] if 0 < y <= len(rows) else -1)
            stop = begin + 1
        in_sight = scrolls and first <= y <= last
        piece = Piece(_THUMB, Ink.DIM) if in_sight else Piece(_TRACK)
        # Fewer lines than cells: a line is marked in the first of its cells only.
        if begin < count and (not y or begin != above):
            lines = numbers[begin], numbers[min(stop, count) - 1] + 1
            if marks.bookmarks(*lines):
                piece = Piece(_BOOKMARK, Ink.ACCENT)
            elif marks.hits(*lines):
                piece = Piece("/", Ink.KEY)
            elif marks.errors(*lines):
                piece = Piece("!", Ink.LOG_ERROR)
        text = _IN_ASCII.get(piece.text, piece.text) if ascii_only else piece.text
        cells.append(Cell(piece._replace(text=text), in_sight))
    return cells


def thumb(height: int, count: int, top: int, bottom: int) -> tuple[int, int]:
    """The first and the last cell that stand for the lines in sight."""
    if not count or not height:
        return 0, 0
    first = top * height // count
    last = max(first, (bottom * height - 1) // count)
    if bottom >= count:
        last = height - 1
        first = min(first, last)
    return min(first, height - 1), min(last, height - 1)


def line_for(y: int, height: int, count: int) -> int:
    """The shown line that a cell of the bar stands for."""
    return min(count - 1, max(0, y * count // max(1, height - 1))) if count else 0


def among(numbers: Sequence[int]) -> Has:
    """Asks a sorted sequence of line numbers."""

    def has(begin: int, stop: int) -> bool:
        at = bisect_left(numbers, begin)
        return at < len(numbers) and numbers[at] < stop

    return has
