"""Text from jobs, paths and errors, made harmless for a terminal: one line, no control codes."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

_REPLACED = {code: 0x2400 + code for code in range(32)}
_REPLACED[0x7F] = 0x2421
_REPLACED[0x09] = 0x20
# C1 controls start sequences in some terminals; a bidi override turns the rest of the row around; a lone
# surrogate (a path that is no UTF-8) cannot be encoded and would end the thread that writes to the terminal.
_REPLACED |= dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000)), 0xFFFD)
_REPLACED |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029), 0xFFFD)
# Terminals disagree how wide joined emoji are; apart, each is two cells everywhere.
_TABLE: dict[int, int | None] = {**_REPLACED, 0x200D: None, 0xFE0F: None, 0xFE0E: None}


def plain(text: str) -> str:
    """``text`` as one line that any terminal shows and none obeys."""
    return text if text.isascii() and text.isprintable() else text.translate(_TABLE)


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells: filled with blanks, or cut with an ellipsis."""
    if width <= 0:
        return ""
    cells = len(text) if text.isascii() else cell_len(text)
    if cells <= width:
        return text + " " * (width - cells)
    return set_cell_size(text, width - 1) + "…"


def fit_right(text: str, width: int) -> str:
    """Like ``fit``, with the text at the right edge."""
    cells = cell_len(text)
    return " " * (width - cells) + text if cells <= width else fit(text, width)


def shorten(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells."""
    return text if cell_len(text) <= width else fit(text, width)
