"""SheetView: paints a sheet of help; one of its commands may be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from wjtui.tui.present.help import Cell, Sheet
from wjtui.tui.present.ink import Ink
from wjtui.tui.present.status import in_ascii
from wjtui.tui.widgets.inked import Inked

_WHEEL = 3


class SheetView(Inked):
    """Never has the focus: its screen moves the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"sheet--cursor"}

    class Picked(Message):
        """A command was clicked."""

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self._sheet = Sheet((), ())
        self._top = 0
        self._cursor: int | None = None

    @property
    def chosen(self) -> str:
        """The command under the cursor; empty: none."""
        cell = self._cell()
        return cell.id if cell is not None else ""

    @property
    def fits(self) -> bool:
        """Whether all of it is in sight."""
        return len(self._sheet.rows) <= self.size.height

    @property
    def text(self) -> str:
        """What it says, in sight or not."""
        return "\n".join(piece.text for row in self._sheet.rows for cell in row for piece in cell.line)

    def show(self, sheet: Sheet, *, cursor: int | None = None) -> None:
        """Show a sheet from its top."""
        self._sheet, self._top = sheet, 0
        self._cursor = cursor if sheet.places else None
        self.refresh()

    def move(self, by: int) -> None:
        """To the next command, or the one before; the first move chooses the first one."""
        if not self._sheet.places:
            return
        last = len(self._sheet.places) - 1
        self._cursor = 0 if self._cursor is None else max(0, min(self._cursor + by, last))
        row = self._sheet.places[self._cursor][0]
        # The heading above the first command of a section is part of it.
        self._top = min(max(self._top, row - self.size.height + 1), max(0, row - 1))
        self.refresh()

    def move_sideways(self, by: int) -> None:
        """To the command beside it."""
        if self._cursor is None:
            self.move(0)
            return
        row, at = self._sheet.places[self._cursor]
        here = self._sheet.rows[row][at].column
        beside = [
            (abs(other_row - row), abs(cell.column - here), number)
            for number, (other_row, other_at) in enumerate(self._sheet.places)
            if ((cell := self._sheet.rows[other_row][other_at]).column - here) * by > 0
        ]
        if beside:
            nearest = min(column for _, column, _ in beside)
            self._cursor = min(found for found in beside if found[1] == nearest)[2]
            self.move(0)

    def go_to(self, ids: Sequence[str], *, choose: bool) -> None:
        """Bring the first of these commands into sight, with its heading, and choose it if so wanted."""
        for number, (row, at) in enumerate(self._sheet.places):
            if self._sheet.rows[row][at].id in ids:
                self._cursor = number if choose else None
                self._top = max(0, min(row - 1, len(self._sheet.rows) - self.size.height))
                self.refresh()
                return

    def scroll_rows(self, rows: int) -> None:
        """Scroll, with the cursor left where it is."""
        self._top = max(0, min(self._top + rows, len(self._sheet.rows) - self.size.height))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        base, width, row = self.rich_style, self.size.width, self._top + y
        cells = self._sheet.rows[row] if row < len(self._sheet.rows) else ()
        strip = Strip([])
        for cell in cells:
            on = cell is self._cell()
            style = base + self.get_component_rich_style("sheet--cursor", partial=True) if on else base
            strip = Strip([*strip.extend_cell_length(cell.column, base), *self._painted(cell, style, on)])
        return strip.crop_extend(0, width, base)

    def on_click(self, event: events.Click) -> None:
        for number, (row, at) in enumerate(self._sheet.places):
            cell = self._sheet.rows[row][at]
            if row == self._top + event.y and cell.column <= event.x < cell.column + cell.width:
                self._cursor = number
                self.refresh()
                self.post_message(self.Picked())

    def on_mouse_scroll_down(self) -> None:
        self.scroll_rows(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        self.scroll_rows(-_WHEEL)

    def _cell(self) -> Cell | None:
        if self._cursor is None:
            return None
        row, at = self._sheet.places[self._cursor]
        return self._sheet.rows[row][at]

    def _painted(self, cell: Cell, base: Style, on: bool) -> Strip:
        # Sixteen colours are too few for inks on a coloured row.
        uniform = on and self.app.current_theme.ansi
        segments = [
            Segment(
                in_ascii(piece.text) if self._ascii else piece.text,
                base if uniform else base + (self.ink(piece.ink) if piece.ink is not Ink.PLAIN else Style()),
            )
            for piece in cell.line
        ]
        return Strip(segments).crop_extend(0, cell.width, base)
