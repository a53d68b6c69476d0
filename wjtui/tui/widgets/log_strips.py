"""LogStrips: the rows of log lines as strips, painted once and kept while they may be shown again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from wjtui.logs.bounded import Bounded
from wjtui.logs.moment import moment_of
from wjtui.logs.pretty import LONGEST
from wjtui.tui.present.ink import Ink
from wjtui.tui.present.log_rows import breaks
from wjtui.tui.present.log_time import TimeColumn, time_columns
from wjtui.tui.present.logline import (
    LEVEL_WIDTH,
    PAINTED_BYTES,
    Shown,
    characters,
    marked,
    part_of,
    show,
    unfolded,
)
from wjtui.tui.present.sgr import Run
from wjtui.tui.present.times import size
from wjtui.tui.widgets.log_pages import LogPages

KEPT = 1000
_INDENT = 2
"""Cells by which the further rows of a wrapped line stand to the right."""


class Look(NamedTuple):
    """How lines are painted; with another look all are painted anew."""

    time: TimeColumn = time_columns("UTC")[0]
    wrap: int = 0
    """Cells of a row; 0: lines are not wrapped."""
    json: bool = False
    marks: Bounded | None = None
    """What to mark in each line."""

    @property
    def tall(self) -> bool:
        """Whether a line may take more than one row."""
        return self.wrap > 0 or self.json


class LogStrips:
    """``rows`` paints a line; bytes that are not read yet are asked for, and None is the answer."""

    def __init__(self, ink: Callable[[Ink], Style], *, cut: str) -> None:
        self._ink = ink
        self._cut = cut
        self._look = Look()
        self._pages: LogPages | None = None
        self._kept: OrderedDict[tuple[object, ...], list[Strip]] = OrderedDict()

    @property
    def look(self) -> Look:
        """How lines are painted."""
        return self._look

    def change(self, look: Look) -> bool:
        """Paint like this from now on; whether that is another look."""
        if look == self._look:
            return False
        self._look = look
        self.forget()
        return True

    def open(self, pages: LogPages | None) -> None:
        """Paint another log."""
        self._pages = pages
        self.forget()

    def forget(self) -> None:
        """Paint everything anew."""
        self._kept.clear()

    @property
    def head(self) -> int:
        """Cells of time and level before each text."""
        width = self._look.time.width
        return width + bool(width) + LEVEL_WIDTH + 1

    @property
    def indent(self) -> int:
        """Cells before the text in all but the first row of a line."""
        return self.head + _INDENT * (self._look.wrap > 0)

    def rows(self, line: int, before: int | None) -> list[Strip] | None:
        """The rows of a line; ``before`` is the one shown above it."""
        pages = self._pages
        if pages is None or line not in pages.index.lines:
            return None
        earlier = self._time_of(before) if self._look.time.delta and before is not None else None
        # A line is told by where it is, how long it is, and whose colour it has: the last one still grows.
        key = (pages.generation, *pages.index.span(line), int(pages.index.owner_kind(line)), earlier)
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return known
        raw = pages.raw(line, LONGEST if self._look.json else PAINTED_BYTES)
        if raw is None:
            return None
        start, end = pages.index.span(line)
        shown = show(raw, pages.index.kind(line), pages.index.owner_kind(line), end - start)
        strips = self._kept[key] = self._draw(shown, raw, earlier)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return strips

    def text(self, line: int, before: int | None) -> str | None:
        """A line without colours, its rows as one, for the clipboard; None: not read yet."""
        rows = self.rows(line, before)
        if not rows:
            return None
        first, *others = [strip.text for strip in rows]
        if self._look.json:
            return "\n".join([first.rstrip(), *(row.rstrip() for row in others)])
        return first + "".join(row[self.indent :] for row in others)

    def _time_of(self, line: int) -> datetime | None:
        pages = self._pages
        if pages is None or line not in pages.index.lines or (raw := pages.raw(line)) is None:
            return None
        return moment_of(raw)

    def _draw(self, shown: Shown, raw: bytes, before: datetime | None) -> list[Strip]:
        look, ink = self._look, self._ink(shown.ink)
        quiet = shown.level == "INFO"
        head: list[Segment] = []
        if look.time.width:
            head.append(Segment(f"{look.time.text(shown.at, before)} ", self._ink(Ink.LOG_TIME)))
        word = self._ink(Ink.DIM) if quiet else ink + Style(bold=True)
        head.append(Segment(f"{shown.level:<{LEVEL_WIDTH}} ", word))
        rows = [*self._bodies(shown, raw)]
        strips = []
        for number, runs in enumerate(rows):
            lead = head if not number else [Segment(" " * self.indent)]
            body = [Segment(text, ink if style is None else ink + style) for text, style in runs]
            if shown.rest and number == len(rows) - 1:
                body.append(Segment(f" {self._cut} {size(shown.rest)} more in this line", self._ink(Ink.DIM)))
            strips.append(Strip([*lead, *body]))
        return strips

    def _bodies(self, shown: Shown, raw: bytes) -> list[list[Run]]:
        """The text in rows."""
        look = self._look
        unfolding = unfolded(raw) if look.json else None
        bodies: list[list[Run]] = (
            [[(row, None)] for row in unfolding] if unfolding is not None else [shown.runs]
        )
        if look.marks is not None:
            bodies = [self._marked(body, look.marks) for body in bodies]
        if look.wrap:
            bodies = [row for body in bodies for row in self._wrapped(body, look.wrap)]
        return bodies

    def _marked(self, runs: list[Run], marks: Bounded) -> list[Run]:
        text = "".join(text for text, _ in runs)
        spans = marks.spans(text.encode("utf-8", "surrogatepass"))
        return marked(runs, characters(text, spans)) if spans else runs

    def _wrapped(self, runs: list[Run], width: int) -> list[list[Run]]:
        text = "".join(text for text, _ in runs)
        room = width - self.head
        ends = [*breaks(text, room, room - _INDENT), len(text)]
        return [part_of(runs, begin, end) for begin, end in zip([0, *ends], ends, strict=False)]
