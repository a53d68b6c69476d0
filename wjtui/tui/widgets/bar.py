"""Bar: one line of pieces; parts of it can be clicked."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from wjtui.tui.present.ink import Line, plain_text
from wjtui.tui.present.status import spelled
from wjtui.tui.widgets.inked import Inked


class Part(NamedTuple):
    """Some pieces, and the action that a click on them starts."""

    line: Line
    action: str = ""


class Bar(Inked):
    """Repaints only the cells between the first and the last that became different."""

    DEFAULT_CSS = "Bar { height: 1; width: 1fr; }"

    def __init__(
        self, *, ascii_only: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._ascii = ascii_only
        self._parts: tuple[Part, ...] = ()
        self._lines = 1

    @property
    def text(self) -> str:
        """What it shows."""
        return "".join(plain_text(part.line) for part in self._parts)

    def say(self, *parts: Part | Line) -> None:
        """Show these parts."""
        new = tuple(part if isinstance(part, Part) else Part(part) for part in parts)
        if new == self._parts:
            return
        before, self._parts = self._parts, new
        self._repaint(_inked_cells(before), _inked_cells(new))

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.size.width
        if y:
            return Strip.blank(width, base)
        segments = []
        for part in self._parts:
            for piece in spelled(part.line, ascii_only=self._ascii):
                segments.append(Segment(piece.text, base + self.ink(piece.ink)))
        strip = Strip(segments)
        if strip.cell_length <= width:
            return strip.extend_cell_length(width, base)
        mark = Segment("..." if self._ascii else "…", base)
        return Strip([*strip.crop(0, max(0, width - len(mark.text))), mark]).crop(0, width)

    async def on_click(self, event: events.Click) -> None:
        x = 0
        for part in self._parts:
            x += cell_len(plain_text(part.line))
            if event.x < x:
                if part.action:
                    await self.run_action(part.action)
                return

    def _repaint(self, before: list[str], after: list[str]) -> None:
        if len(before) != len(after):
            self.refresh()
            return
        changed = [x for x, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
        if changed:
            self.refresh(Region(changed[0], 0, changed[-1] - changed[0] + 1, 1))


def _inked_cells(parts: tuple[Part, ...]) -> list[str]:
    """One entry a cell, different when text or ink is."""
    cells = []
    for part in parts:
        for piece in part.line:
            for char in piece.text:
                cells += [f"{char}{piece.ink}"] * max(1, cell_len(char))
    return cells
