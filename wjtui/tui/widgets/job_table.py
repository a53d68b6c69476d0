"""JobTable: the list of jobs; paints strips, and repaints only cells that changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from wjtui.model.jobs import Job
from wjtui.tui.bindings import bindings
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.present.columns import RIGHT, Place, lay_out
from wjtui.tui.present.ink import Ink, Line, plain_text
from wjtui.tui.present.jobs import Column, JobKey, cell, squeezed
from wjtui.tui.present.plain import fit, fit_right
from wjtui.tui.present.status import in_ascii
from wjtui.tui.store import Store
from wjtui.tui.widgets.inked import Inked
from wjtui.tui.widgets.rows import Rows

_GUTTER = 2
_RIGHT_BUTTON = 3
Cells = tuple[Line, ...]


class JobTable(Rows[JobKey], can_focus=True, inherit_bindings=False):
    """Rows are jobs, told by key: whatever the rows do, the cursor stays on its job."""

    HEADINGS = 1

    BINDINGS = bindings(Where.LIST)
    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--heading", "table--cursor", "table--cursor-blurred"}

    class Chosen(Message):
        """The cursor is on another job now."""

        def __init__(self, key: JobKey | None) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """The job under the cursor was opened with the mouse."""

    class MenuWanted(Message):
        """The job under the cursor was clicked with the other button."""

    class MarksChanged(Message):
        """Other jobs are marked now."""

    def __init__(
        self,
        store: Store,
        now: datetime,
        *,
        columns: Sequence[Column] = tuple(Column),
        ascii_only: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._store = store
        self._now = now
        self._ascii = ascii_only
        self._turn = 0
        self._layout: tuple[Place, ...] = ()
        self._cells: dict[JobKey, Cells] = {}
        self._marked: frozenset[JobKey] = frozenset()
        self._anchor: JobKey | None = None
        self.empty_text = ""
        """What to say when no job is in the list."""

    @property
    def marked(self) -> frozenset[JobKey]:
        """The marked jobs, those that are not in the list included."""
        return self._marked

    def mark(self, keys: Iterable[JobKey], *, on: bool = True) -> None:
        """Mark these jobs, or take their marks away."""
        self._anchor = None
        self._set_marks(self._marked | set(keys) if on else self._marked - set(keys))

    def mark_range(self, step: Step) -> None:
        """Move the cursor and mark everything from where that began."""
        if self._cursor is None:
            return
        anchor = self._anchor if self._anchor in self._place else self._cursor
        self.move(step)
        ends = sorted((self._place[anchor], self._place[self._cursor]))
        self._set_marks(self._marked | set(self._rows[ends[0] : ends[1] + 1]))
        self._anchor = anchor

    def _set_marks(self, keys: frozenset[JobKey]) -> None:
        if keys == self._marked:
            return
        changed, self._marked = keys ^ self._marked, keys
        for line, key in self._in_sight():
            if key in changed:
                self.refresh(Region(0, line, _GUTTER, 1))
        self.post_message(self.MarksChanged())

    def show(self, rows: list[JobKey], now: datetime) -> None:
        """The jobs to list, top to bottom."""
        self._now = now
        if rows != self._rows:
            self._take(rows)
            self._lay_out()
            self._keep_in_sight()
            self.refresh()
        self.update_cells(now)

    def update_cells(self, now: datetime, turn: int = 0) -> None:
        """Compute the rows in sight anew, and repaint the cells that became different."""
        self._now, self._turn = now, turn
        if not self.is_on_screen or not self.screen.is_current:
            self._cells.clear()
            return
        cells = {}
        for line, key in self._in_sight():
            cells[key] = new = self._compute(key)
            old = self._cells.get(key)
            if old is None:
                self.refresh(Region(0, line, self.scrollable_content_region.width, 1))
            elif old != new:
                self._repaint(line, old, new)
        self._cells = cells

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        if y < self.HEADINGS:
            return self._heading(base).crop_extend(0, width, base)
        row = round(self.scroll_y) + y - self.HEADINGS
        if row >= len(self._rows):
            if not self._rows and y == self.HEADINGS + 1 and self.empty_text:
                return Strip([Segment(fit(f"  {self.empty_text}", width), base + self.ink(Ink.DIM))])
            return Strip.blank(width, base)
        key = self._rows[row]
        cells = self._cells.get(key)
        if cells is None:
            cells = self._cells[key] = self._compute(key)
        return self._row(key, cells, base).crop_extend(0, width, base)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        longest = max((cell_len(name) for _, name in self._rows), default=0)
        layout = lay_out(width, longest, self._columns)
        if layout != self._layout:
            self._layout = layout
            self._cells.clear()
        # Its width stays out: it never scrolls sideways, and a new one would lay the whole screen out again.
        self.virtual_size = Size(0, len(self._rows) + self.HEADINGS)

    def _in_sight(self) -> list[tuple[int, JobKey]]:
        return list(enumerate(self.in_sight, self.HEADINGS))

    def _compute(self, key: JobKey) -> Cells:
        job = self._store.jobs.get(key)
        if job is None:
            return tuple(() for _ in self._layout)
        usage, pending = self._store.usage.get(key), self._store.pending.get(key)
        return tuple(
            cell(place.column, job, self._now, usage=usage, pending=pending, turn=self._turn)
            for place in self._layout
        )

    def _repaint(self, line: int, old: Cells, new: Cells) -> None:
        for place, before, after in zip(self._layout, old, new, strict=True):
            if before != after:
                self.refresh(Region(place.x, line, place.width, 1))

    def _heading(self, base: Style) -> Strip:
        style = base + self.get_component_rich_style("table--heading", partial=True)
        text = "  "
        for place in self._layout:
            named = place.column.value if place.width > 1 else ""
            text += (fit_right if place.column in RIGHT else fit)(named, place.width) + " "
        return Strip([Segment(fit(text.rstrip(), self.scrollable_content_region.width), style)])

    def _row(self, key: JobKey, cells: Cells, base: Style) -> Strip:
        on = key == self._cursor
        if on:
            name = "table--cursor" if self.has_focus else "table--cursor-blurred"
            base = base + self.get_component_rich_style(name, partial=True)
        # Sixteen colours are too few for inks on a coloured row.
        uniform = on and self.app.current_theme.ansi
        mark = (">" if self._ascii else "▌") if on else " "
        chosen = "*" if key in self._marked else " "
        segments = [Segment(mark + chosen, base + self.ink(Ink.KEY if chosen == "*" else Ink.ACCENT))]
        for place, line in zip(self._layout, cells, strict=True):
            segments += _painted(place, line, base, None if uniform else self)
            segments.append(Segment(" ", base))
        if self._ascii:
            segments = [segment._replace(text=in_ascii(segment.text)) for segment in segments]
        return Strip(segments).extend_cell_length(self.scrollable_content_region.width, base)

    def on_resize(self) -> None:
        self._lay_out()
        self._keep_in_sight()
        self.refresh()

    def say_chosen(self, key: JobKey | None) -> None:
        self.post_message(self.Chosen(key))

    def say_clicked(self, event: events.Click) -> None:
        key = self._cursor
        if event.button == _RIGHT_BUTTON:
            self.post_message(self.MenuWanted())
        elif key is not None and (event.ctrl or event.meta):
            self.mark([key], on=key not in self._marked)
        elif event.chain == 2:
            self.post_message(self.Opened())

    def row_text(self, key: JobKey) -> str:
        """A row as text, as it would be painted."""
        cells = self._compute(key)
        return " ".join(plain_text(line) for line in cells)

    def job_under_cursor(self) -> Job | None:
        """The job under the cursor, as it is now."""
        return None if self._cursor is None else self._store.jobs.get(self._cursor)


def _painted(place: Place, line: Line, base: Style, inks: Inked | None) -> list[Segment]:
    def style(ink: Ink) -> Style:
        return base + inks.ink(ink) if inks is not None else base

    if len(line) == 1:
        align = fit_right if place.column in RIGHT else fit
        return [Segment(align(line[0].text, place.width), style(line[0].ink))]
    segments = []
    left = place.width
    if place.column is Column.LAST:
        line = squeezed(line, left)
    for number, piece in enumerate(line, 1):
        text = piece.text if number < len(line) and cell_len(piece.text) <= left else fit(piece.text, left)
        if place.column is Column.RESULTS:
            text = piece.text
        left -= cell_len(text)
        segments.append(Segment(text, style(piece.ink)))
        if left <= 0:
            break
    if left > 0:
        segments.append(Segment(" " * left, base))
    return segments
