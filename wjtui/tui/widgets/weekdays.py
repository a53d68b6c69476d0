"""WeekDays: days of the week to tick, in one row or, for the n-th of a month, in several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from wjtui.tui.present.ink import Ink
from wjtui.tui.widgets.inked import Inked

NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CELL = 4
_REVERSED = Style(reverse=True)

Ticked = tuple[tuple[int, int], ...]
"""Row and day of each tick, in the order of reading; Monday is 0."""


class WeekDays(Inked, can_focus=True):
    """The names of the days, under them a row of boxes, or several that have names, too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1, 0)", "Day before"),
        Binding("right", "move(1, 0)", "Next day"),
        Binding("up", "move(0, -1)", "Row above"),
        Binding("down", "move(0, 1)", "Row below"),
        Binding("home", "move(-9, 0)", "Monday"),
        Binding("end", "move(9, 0)", "Sunday"),
        Binding("space,enter", "switch", "Switch"),
    ]
    DEFAULT_CSS = "WeekDays { width: auto; height: auto; }"

    class Changed(Message):
        """A day was ticked by a person, or is no longer."""

        def __init__(self, days: WeekDays) -> None:
            super().__init__()
            self.days = days

        @property
        def control(self) -> WeekDays:
            return self.days

    def __init__(self, rows: Sequence[str] = ("",), *, id: str | None = None) -> None:
        """``rows``: what stands in front of each row of boxes."""
        super().__init__(id=id)
        self._rows = rows
        self._lead = max(len(row) for row in rows) + 1 if any(rows) else 0
        self._ticked: frozenset[tuple[int, int]] = frozenset()
        self._at = (0, 0)

    @property
    def ticked(self) -> Ticked:
        """What is ticked."""
        return tuple(sorted(self._ticked))

    def put(self, ticked: Iterable[tuple[int, int]]) -> None:
        """Show these as ticked; nobody is told."""
        new = frozenset(ticked)
        if new != self._ticked:
            self._ticked = new
            self.refresh()

    def action_move(self, days: int, rows: int) -> None:
        """Move the cursor."""
        row, day = self._at
        self._at = min(max(row + rows, 0), len(self._rows) - 1), min(max(day + days, 0), len(NAMES) - 1)
        self.refresh()

    def action_switch(self) -> None:
        """Tick the day under the cursor, or not."""
        self._ticked ^= {self._at}
        self.refresh()
        self.post_message(self.Changed(self))

    def on_click(self, event: events.Click) -> None:
        row, day = event.y - 1, (event.x - self._lead) // _CELL
        if 0 <= row < len(self._rows) and 0 <= day < len(NAMES):
            self._at = row, day
            self.action_switch()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return self._lead + _CELL * len(NAMES) - 1

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows) + 1

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.size.width
        if y == 0:
            names = " " * self._lead + " ".join(NAMES)
            return Strip([Segment(names, base + self.ink(Ink.DIM))]).crop_extend(0, width, base)
        row = y - 1
        if row >= len(self._rows):
            return Strip.blank(width, base)
        segments = [Segment(f"{self._rows[row]:<{self._lead}}", base + self.ink(Ink.DIM))]
        for day in range(len(NAMES)):
            on = (row, day) in self._ticked
            style = base + self.ink(Ink.ACCENT if on else Ink.DIM)
            if self.has_focus and self._at == (row, day):
                style += _REVERSED
            segments += [Segment("[x]" if on else "[ ]", style), Segment(" ", base)]
        return Strip(segments).crop_extend(0, width, base)
