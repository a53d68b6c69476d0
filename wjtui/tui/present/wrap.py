"""Lines broken between words, so that it is known how many rows they take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len, set_cell_size

from wjtui.tui.present.ink import Line, Piece

_TOKEN = re.compile(r"\s+|\S+")


def wrap(line: Line, width: int, indent: int = 0) -> list[Line]:
    """The line in rows of at most ``width`` cells, all but the first indented; an empty line is one row."""
    width = max(1, width)
    indent = indent if indent + 2 < width // 2 else 0
    rows: list[list[Piece]] = [[]]
    used = 0
    for token in _tokens(line, width - indent):
        cells = cell_len(token.text)
        if used + cells > width:
            rows.append([Piece(" " * indent)] if indent else [])
            used = indent
            if token.text.isspace():
                continue
        rows[-1].append(token)
        used += cells
    return [_joined(row) for row in rows]


def wrap_all(lines: Iterable[Line], width: int, indent: int = 0) -> list[Line]:
    """Each of them wrapped."""
    return [row for line in lines for row in wrap(line, width, indent)]


def _tokens(line: Line, width: int) -> Iterator[Piece]:
    """Words and blanks; a word that no row can hold comes in parts."""
    for text, ink in line:
        for found in _TOKEN.findall(text):
            rest = found
            while cell_len(rest) > width:
                part = set_cell_size(rest, width).rstrip() or rest[0]
                yield Piece(part, ink)
                rest = rest[len(part) :]
            if rest:
                yield Piece(rest, ink)


def _joined(row: list[Piece]) -> Line:
    """Neighbours of one ink as one piece, without blanks at the end."""
    pieces: list[Piece] = []
    for piece in row:
        if pieces and pieces[-1].ink is piece.ink:
            pieces[-1] = Piece(pieces[-1].text + piece.text, piece.ink)
        else:
            pieces.append(piece)
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    if pieces:
        pieces[-1] = pieces[-1]._replace(text=pieces[-1].text.rstrip())
    return tuple(pieces)
