"""LineList: rows told by key, a line each; paints strips, and repaints only rows that changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from wjtui.tui.present.ink import Ink, Line
from wjtui.tui.present.plain import fit
from wjtui.tui.present.status import in_ascii
from wjtui.tui.widgets.rows import Rows

MARK = 2
"""Cells before a row: the cursor's."""


class LineList(Rows[str], can_focus=True, inherit_bindings=False):
    """The cursor stays on its row whatever comes above it, and so does the row on the screen."""

    OVERLAP = 1
    COMPONENT_CLASSES: ClassVar[set[str]] = {"tree--cursor", "tree--cursor-blurred"}

    class Chosen(Message):
        """The cursor is on another row now."""

    class Opened(Message):
        """The row under the cursor was opened with the mouse."""

    class Seen(Message):
        """Other rows are in sight."""

    def __init__(
        self, line_of: Callable[[str], Line], *, ascii_only: bool = False, id: str | None = None
    ) -> None:
        """``line_of`` makes a row's line of its key, for ``room`` cells."""
        super().__init__(id=id)
        self._line_of = line_of
        self._ascii = ascii_only
        self._lines: dict[str, Line] = {}
        self.empty_text = ""
        """What to say when there is no row."""

    @property
    def room(self) -> int:
        """Cells that a row has."""
        return max(1, self.scrollable_content_region.width - MARK)

    def show(self, rows: list[str]) -> None:
        """The rows, top to bottom. A cursor whose row is gone goes to the one that took its place."""
        if rows != self._rows:
            before, top = self._cursor_row(), round(self.scroll_y)
            self._take(rows)
            self.virtual_size = Size(0, max(1, len(rows)))
            after = self._cursor_row()
            if top and before is not None and after is not None:
                # At the very top what is new should be seen; anywhere else the text is being read.
                self._go(top + after - before)
            self._keep_in_sight()
            self._lines.clear()
            self.refresh()
        self.update()

    def update(self) -> None:
        """Make the rows in sight anew, and repaint those that became different."""
        if not self.is_on_screen or not self.screen.is_current:
            self._lines.clear()
            return
        lines = {}
        width = self.scrollable_content_region.width
        for y, key in enumerate(self.in_sight):
            lines[key] = new = self._line_of(key)
            if self._lines.get(key) != new:
                self.refresh(Region(0, y, width, 1))
        self._lines = lines

    def render_line(self, y: int) -> Strip:
        width, base = self.scrollable_content_region.width, self.rich_style
        row = round(self.scroll_y) + y
        if row >= len(self._rows):
            if not self._rows and y == 1 and self.empty_text:
                return Strip([Segment(fit(f"  {self.empty_text}", width), base + self.ink(Ink.DIM))])
            return Strip.blank(width, base)
        key = self._rows[row]
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = self._line_of(key)
        on = key == self._cursor
        if on:
            name = "tree--cursor" if self.has_focus else "tree--cursor-blurred"
            base = base + self.get_component_rich_style(name, partial=True)
        # Sixteen colours are too few for inks on a coloured row.
        uniform = on and self.app.current_theme.ansi
        segments = [Segment("▌ " if on else "  ", base + self.ink(Ink.ACCENT))]
        segments += [Segment(text, base if uniform else base + self.ink(ink)) for text, ink in line]
        if self._ascii:
            segments = [segment._replace(text=in_ascii(segment.text)) for segment in segments]
        strip = Strip(segments)
        if strip.cell_length > width:
            mark = Segment("~" if self._ascii else "…", base)
            strip = Strip([*strip.crop(0, max(0, width - 1)), mark])
        return strip.crop_extend(0, width, base)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Seen())

    def on_resize(self) -> None:
        self._lines.clear()
        self._keep_in_sight()
        self.refresh()
        self.post_message(self.Seen())

    def say_chosen(self, key: str | None) -> None:
        self.post_message(self.Chosen())

    def say_clicked(self, event: events.Click) -> None:
        if event.chain == 2:
            self.post_message(self.Opened())
