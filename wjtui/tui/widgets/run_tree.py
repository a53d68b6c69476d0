"""RunTree: rows of a history, told by key; paints strips, and repaints only rows that changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wjtui.tui.bindings import bindings
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.present.ink import Ink, Line
from wjtui.tui.present.plain import fit
from wjtui.tui.present.status import in_ascii
from wjtui.tui.widgets.inked import Inked

MARK = 2
"""Cells before a row: the cursor's."""


class RunTree(Inked, ScrollView, can_focus=True, inherit_bindings=False):
    """The cursor stays on its row whatever comes above it, and so does the row on the screen."""

    BINDINGS = bindings(Where.RUNS)
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
        self._rows: list[str] = []
        self._place: dict[str, int] = {}
        self._cursor: str | None = None
        self._lines: dict[str, Line] = {}
        self.empty_text = ""
        """What to say when there is no row."""

    @property
    def room(self) -> int:
        """Cells that a row has."""
        return max(1, self.scrollable_content_region.width - MARK)

    @property
    def cursor(self) -> str | None:
        """The key of the row under the cursor."""
        return self._cursor

    @property
    def rows(self) -> Sequence[str]:
        """The keys, top to bottom."""
        return self._rows

    @property
    def in_sight(self) -> Sequence[str]:
        """The keys of the rows that are on the screen, top to bottom."""
        top = round(self.scroll_y)
        return self._rows[top : top + self.size.height]

    def cursor_line(self) -> int | None:
        """The cursor's row, counted from the top of what is in sight; None: it is not."""
        row = self._cursor_row()
        if row is None:
            return None
        line = row - round(self.scroll_y)
        return line if 0 <= line < self.size.height else None

    def show(self, rows: list[str]) -> None:
        """The rows, top to bottom. A cursor whose row is gone goes to the one that took its place."""
        if rows != self._rows:
            before, top = self._cursor_row(), round(self.scroll_y)
            self._rows = rows
            self._place = {key: row for row, key in enumerate(rows)}
            self.virtual_size = Size(0, max(1, len(rows)))
            if self._cursor not in self._place:
                self._choose(rows[min(before or 0, len(rows) - 1)] if rows else None)
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

    def move(self, step: Step) -> None:
        """Move the cursor."""
        if not self._rows:
            return
        page = max(1, self.size.height - 1)
        row = self._cursor_row() or 0
        row += step.rows(page, len(self._rows))
        self.choose(self._rows[min(max(row, 0), len(self._rows) - 1)])

    def choose(self, key: str) -> None:
        """Put the cursor on a row, if it is there."""
        if key not in self._place or key == self._cursor:
            return
        before = self.cursor_line()
        self._choose(key)
        self._keep_in_sight()
        for line in (before, self.cursor_line()):
            if line is not None:
                self.refresh(Region(0, line, self.scrollable_content_region.width, 1))

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

    def on_focus(self) -> None:
        self._refresh_cursor()

    def on_blur(self) -> None:
        self._refresh_cursor()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        row = round(self.scroll_y) + offset.y
        if row < len(self._rows):
            self.choose(self._rows[row])
            if event.chain == 2:
                self.post_message(self.Opened())

    def _choose(self, key: str | None) -> None:
        self._cursor = key
        self.post_message(self.Chosen())

    def _cursor_row(self) -> int | None:
        return None if self._cursor is None else self._place.get(self._cursor)

    def _keep_in_sight(self) -> None:
        row, page, top = self._cursor_row(), self.size.height, round(self.scroll_y)
        if row is None or page <= 0:
            return
        if row < top or row >= top + page:
            self._go(row if row < top else row - page + 1)

    def _go(self, row: int) -> None:
        self.scroll_to(y=max(0, row), animate=False, force=True, immediate=True)

    def _refresh_cursor(self) -> None:
        if (line := self.cursor_line()) is not None:
            self.refresh(Region(0, line, self.scrollable_content_region.width, 1))
