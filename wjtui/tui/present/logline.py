"""One line of a log as it is shown: time, level word, text (spec 1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rich.style import Style

from wjtui.logs.line import LineKind, parse
from wjtui.logs.pretty import pretty_json
from wjtui.tui.present.ink import Ink
from wjtui.tui.present.plain import plain
from wjtui.tui.present.sgr import Run, coloured

PAINTED_BYTES = 8192
"""So much of a long line is painted; all of it is in the log."""
LEVEL_WIDTH = 5
_HIT = Style(reverse=True)

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
    """What one line looks like, beside its time column."""

    at: datetime | None
    level: str
    ink: Ink
    """Of the level word, and of all text that the job did not colour itself."""
    runs: list[Run]
    rest: int
    """Bytes that are not shown because the line is too long."""

    @property
    def text(self) -> str:
        """The text without colours."""
        return "".join(text for text, _ in self.runs)


def show(raw: bytes, kind: LineKind, owner: LineKind, length: int) -> Shown:
    """How ``raw`` is shown: the first ``PAINTED_BYTES`` at most of a line of ``length`` bytes.

    ``owner`` is the kind whose colour a line without prefix takes.
    """
    line = parse(raw[:PAINTED_BYTES])
    word, _ = _WORD[kind]
    _, ink = _WORD[owner]
    return Shown(line.at, word, ink, coloured(line.text), max(0, length - PAINTED_BYTES))


def unfolded(raw: bytes) -> list[str] | None:
    """The text of a line that ends in JSON as several rows; None: it does not."""
    rows = pretty_json(parse(raw).text)
    return [plain(row.expandtabs()) for row in rows] if rows is not None else None


def part_of(runs: Sequence[Run], begin: int, end: int) -> list[Run]:
    """The characters from ``begin`` to ``end``, with their styles."""
    found: list[Run] = []
    at = 0
    for text, style in runs:
        piece = text[max(0, begin - at) : max(0, end - at)]
        if piece:
            found.append((piece, style))
        at += len(text)
    return found


def marked(runs: Sequence[Run], spans: Sequence[tuple[int, int]]) -> list[Run]:
    """The same runs, with the characters in ``spans`` (sorted, apart) in reverse."""
    found: list[Run] = []
    at = 0
    for begin, end in spans:
        found += part_of(runs, at, begin)
        found += [
            (text, _HIT if style is None else style + _HIT) for text, style in part_of(runs, begin, end)
        ]
        at = end
    return found + part_of(runs, at, sum(len(text) for text, _ in runs))


def characters(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Offsets in the UTF-8 form of a text as offsets in the text."""
    if text.isascii():
        return list(spans)
    data = text.encode("utf-8", "surrogatepass")
    return [
        (
            len(data[:begin].decode("utf-8", "ignore")),
            len(data[:end].decode("utf-8", "ignore")),
        )
        for begin, end in spans
    ]
