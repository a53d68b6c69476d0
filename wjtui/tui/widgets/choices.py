"""Choices: a list of which one row is chosen; its rows are made when they are painted."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from wjtui.tui.present.ink import Ink, Line
from wjtui.tui.present.palette import Row
from wjtui.tui.present.status import in_ascii
from wjtui.tui.widgets.inked import Inked

_WHEEL = 3


class Choices(Inked):
    """Never has the focus: a field above it is typed in, and its screen moves the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choices--cursor"}

    class Picked(Message):
        """A row was clicked."""

    class Moved(Message):
        """The cursor is on another row, or there are other rows."""

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self._count = 0
        self._row: Callable[[int, int], Row] = lambda number, width: Row(())
        self._top = 0
        self.cursor = 0
        self.empty_text = ""

    def show(self, count: int, row: Callable[[int, int], Row], cursor: int = 0) -> None:
        """Show so many rows; ``row`` gives one by its number and the width there is."""
        self._count, self._row, self._top = count, row, 0
        self._put(cursor)

    def move(self, rows: int) -> None:
        """Move the cursor; it stays where there are rows."""
        self._put(self.cursor + rows)

    @property
    def page(self) -> int:
        """The rows that moving by a page moves."""
        return max(1, self.size.height - 1)

    def render_line(self, y: int) -> Strip:
        width, number, base = self.size.width, self._first + y, self.rich_style
        if number >= self._count:
            text = self.empty_text if not self._count and y == 0 else ""
            return Strip([Segment(f"  {text}", base + self.ink(Ink.DIM))]).crop_extend(0, width, base)
        on = number == self.cursor
        if on:
            base = base + self.get_component_rich_style("choices--cursor", partial=True)
        left, right = self._row(number, max(1, width - 4))
        mark = (">" if self._ascii else "▌") if on else " "
        start = Segment(f"{mark} ", base + self.ink(Ink.ACCENT))
        # Sixteen colours are too few for inks on a coloured row.
        uniform = on and self.app.current_theme.ansi
        end = Strip([*self._painted(right, base, uniform), Segment(" ", base)])
        room = width - end.cell_length
        strip = Strip([start, *self._painted(left, base, uniform)])
        if strip.cell_length > room - 1:
            more = "..." if self._ascii else "…"
            strip = Strip([*strip.crop(0, max(0, room - 1 - len(more))), Segment(more, base)])
        return Strip([*strip.extend_cell_length(room, base), *end]).crop(0, width)

    def on_click(self, event: events.Click) -> None:
        number = self._first + event.y
        if number < self._count:
            self._put(number)
            self.post_message(self.Picked())

    def on_mouse_scroll_down(self) -> None:
        self.move(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        self.move(-_WHEEL)

    @property
    def _first(self) -> int:
        """The row at the top, such that the cursor is in sight at whatever height there is now."""
        height = max(1, self.size.height)
        self._top = min(max(self._top, self.cursor - height + 1), self.cursor, max(0, self._count - height))
        return max(0, self._top)

    def _put(self, cursor: int) -> None:
        self.cursor = max(0, min(cursor, self._count - 1))
        self.refresh()
        self.post_message(self.Moved())

    def _painted(self, line: Line, base: Style, uniform: bool) -> list[Segment]:
        return [
            Segment(
                in_ascii(piece.text) if self._ascii else piece.text,
                base if uniform else base + self.ink(piece.ink),
            )
            for piece in line
        ]
