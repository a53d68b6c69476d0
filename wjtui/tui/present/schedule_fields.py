"""A schedule as it is written: its six fields under their names, or its text, with the wrong part marked."""

from __future__ import annotations

from rich.cells import cell_len

from wjtui.model.schedules import Schedule
from wjtui.schedule.fields import FIELDS, Word, split
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import fit, plain, shorten

_GAP = 3
_BEFORE = 20
"""Characters shown before the wrong part of a text that is too long."""
_NAMES = tuple(field.name for field in FIELDS)
_NOWHERE = (0, 0)


def written(schedule: Schedule, width: int, wrong: tuple[int, int] = _NOWHERE) -> list[Line]:
    """The rows that show it in ``width`` cells; ``wrong`` is a stretch of its text, empty where none is."""
    if not schedule.recurrence:
        words = split(schedule.text) if len(schedule.text) <= width else ()
        if len(words) == len(FIELDS) and (rows := _in_columns(words, width, wrong)):
            return rows
    return _as_text(schedule.text, width, wrong)


def _in_columns(words: tuple[Word, ...], width: int, wrong: tuple[int, int]) -> list[Line]:
    """Each field over its name; nothing where the columns are wider than that."""
    texts = [plain(word.text) for word in words]
    widths = [max(cell_len(text), len(name)) for text, name in zip(texts, _NAMES, strict=True)]
    if sum(widths) + _GAP * (len(widths) - 1) > width:
        return []
    fields: list[Piece] = []
    marks = ""
    for word, text, cells in zip(words, texts, widths, strict=True):
        start, end = max(wrong[0], word.start) - word.start, min(wrong[1], word.end) - word.start
        before, bad = plain(word.text[:start]), plain(word.text[start:end])
        if start < end:
            after = plain(word.text[end:])
            fields += [Piece(before, Ink.KEY), Piece(bad, Ink.FAILED), Piece(after, Ink.KEY)]
            marks += fit(" " * cell_len(before) + "^" * max(1, cell_len(bad)), cells + _GAP)
        else:
            fields.append(Piece(text, Ink.KEY))
            marks += " " * (cells + _GAP)
        fields.append(Piece(" " * (cells + _GAP - cell_len(text))))
    names = "".join(fit(name, cells + _GAP) for name, cells in zip(_NAMES, widths, strict=True))
    rows: list[Line] = [tuple(fields)]
    if marks.strip():
        rows.append((Piece(marks.rstrip(), Ink.FAILED),))
    return [*rows, (Piece(names.rstrip(), Ink.DIM),)]


def _as_text(text: str, width: int, wrong: tuple[int, int]) -> list[Line]:
    """One row of the text, around the wrong part where that is far behind."""
    start, end = wrong
    first = max(0, start - _BEFORE) if cell_len(plain(text[: end + 1])) > width else 0
    lead = "…" if first else ""
    before = lead + plain(text[first:start])
    bad = shorten(plain(text[start : min(end, start + width)]), max(1, width - cell_len(before)))
    after = shorten(plain(text[end : end + width]), max(0, width - cell_len(before) - cell_len(bad)))
    if start >= end:
        return [(Piece(shorten(plain(text[:width]) + ("…" if len(text) > width else ""), width), Ink.KEY),)]
    row: Line = (Piece(before, Ink.KEY), Piece(bad, Ink.FAILED), Piece(after, Ink.KEY))
    return [row, (Piece(" " * cell_len(before) + "^" * max(1, cell_len(bad)), Ink.FAILED),)]
