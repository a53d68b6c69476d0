"""Rows: a list whose rows are told by key; where the cursor is, how it moves, and that it stays in sight."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.geometry import Region
from textual.scroll_view import ScrollView

from wjtui.tui.commands.command import Step
from wjtui.tui.widgets.inked import Inked

K = TypeVar("K", bound=Hashable)


class Rows(Inked, ScrollView, Generic[K], can_focus=True, inherit_bindings=False):
    """Whatever the rows do, the cursor stays on its key. A subclass paints them, and tells of the cursor."""

    HEADINGS: ClassVar[int] = 0
    """Lines above the first row that do not scroll."""
    OVERLAP: ClassVar[int] = 0
    """Rows that a page shares with the next one."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[K] = []
        self._place: dict[K, int] = {}
        self._cursor: K | None = None

    @abstractmethod
    def say_chosen(self, key: K | None) -> None:
        """The cursor is on another row now."""

    @abstractmethod
    def say_clicked(self, event: events.Click) -> None:
        """The row under the cursor was clicked."""

    @property
    def cursor(self) -> K | None:
        """The key of the row under the cursor."""
        return self._cursor

    @property
    def rows(self) -> Sequence[K]:
        """The keys, top to bottom."""
        return self._rows

    @property
    def in_sight(self) -> Sequence[K]:
        """The keys of the rows that are on the screen, top to bottom."""
        top = round(self.scroll_y)
        return self._rows[top : top + self._page]

    def cursor_line(self) -> int | None:
        """The screen row of the cursor, counted from the top of this widget's content; None: not in sight."""
        row = self._cursor_row()
        if row is None:
            return None
        line = row - round(self.scroll_y) + self.HEADINGS
        return line if self.HEADINGS <= line < self.size.height else None

    def move(self, step: Step) -> None:
        """Move the cursor."""
        if not self._rows:
            return
        row = (self._cursor_row() or 0) + step.rows(max(1, self._page - self.OVERLAP), len(self._rows))
        self.choose(self._rows[min(max(row, 0), len(self._rows) - 1)])

    def choose(self, key: K) -> None:
        """Put the cursor on a row, if it is there."""
        if key not in self._place or key == self._cursor:
            return
        before = self.cursor_line()
        self._choose(key)
        self._keep_in_sight()
        for line in (before, self.cursor_line()):
            self._refresh_line(line)

    @property
    def _page(self) -> int:
        """Rows that there is room for."""
        return max(0, self.size.height - self.HEADINGS)

    def _take(self, rows: list[K]) -> None:
        """These are the rows now. A cursor whose row is gone goes to the one that took its place."""
        before = self._cursor_row() or 0
        self._rows = rows
        self._place = {key: row for row, key in enumerate(rows)}
        if self._cursor not in self._place:
            self._choose(rows[min(before, len(rows) - 1)] if rows else None)

    def _choose(self, key: K | None) -> None:
        self._cursor = key
        self.say_chosen(key)

    def _cursor_row(self) -> int | None:
        return None if self._cursor is None else self._place.get(self._cursor)

    def _keep_in_sight(self) -> None:
        row, page, top = self._cursor_row(), self._page, round(self.scroll_y)
        if row is not None and page > 0 and not top <= row < top + page:
            self._go(row if row < top else row - page + 1)

    def _go(self, row: int) -> None:
        """Scroll to a row."""
        self.scroll_to(y=max(0, row), animate=False, force=True, immediate=True)

    def _refresh_line(self, line: int | None) -> None:
        if line is not None:
            self.refresh(Region(0, line, self.scrollable_content_region.width, 1))

    def on_focus(self) -> None:
        self._refresh_line(self.cursor_line())

    def on_blur(self) -> None:
        self._refresh_line(self.cursor_line())

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y < self.HEADINGS:
            return
        row = round(self.scroll_y) + offset.y - self.HEADINGS
        if row < len(self._rows):
            self.choose(self._rows[row])
            self.say_clicked(event)
