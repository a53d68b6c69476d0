"""LogView: the lines of a log that are in sight, and the bar beside them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from wjtui.tui.commands.command import Step
from wjtui.tui.present.ink import Ink
from wjtui.tui.present.log_bar import Cell, bar, line_for
from wjtui.tui.present.log_rows import Row
from wjtui.tui.present.plain import fit
from wjtui.tui.widgets.inked import Inked
from wjtui.tui.widgets.log_pages import LogPages, Stream
from wjtui.tui.widgets.log_search import LogSearch
from wjtui.tui.widgets.log_strips import LogStrips, Look
from wjtui.tui.widgets.log_viewport import Viewport

_SIDEWAYS = 16
_WHEEL = 3
_PARTS = 1 << 16
"""More rows than a line can have: line and row as one number, for the library's selection."""
_NUMBERED = 100
"""Cells from which on there is room for line numbers."""


class LogView(Inked, can_focus=True):
    """Scrolls and paints its bar by itself: with the library's, each growth laid the whole screen out anew.

    ``sync`` brings it up to what the pages know; growth under a paused view repaints the bar alone.
    """

    class Moved(Message):
        """The mouse moved it, or chose a line."""

        def __init__(self, view: LogView) -> None:
            super().__init__()
            self.view = view

    def __init__(
        self, stream: Stream = Stream.ALL, *, ascii_only: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self._strips = LogStrips(self.ink, cut="..." if ascii_only else "…")
        self.viewport = Viewport(stream, self._strips)
        self.numbered = False
        """Whether lines have their numbers before them, where there is room."""
        self.search: LogSearch | None = None
        """Whose hits the bar marks."""
        self._placeholder = ""
        self._left = 0
        self._wraps = False
        self._rows: list[Row] = []
        self._painted: tuple[list[tuple[int, int]], int] = [], 0
        """Places and digits when all of it was painted last."""
        self._bar: list[Cell] = []
        self._blank = False
        self._unplaced: int | None = None
        """Where it went before it had rows: how far from the top that is to be, they tell."""
        self._dragging = False
        self._base_known: Style | None = None

    @property
    def pages(self) -> LogPages | None:
        """What is shown."""
        return self.viewport.pages

    @property
    def stream(self) -> Stream:
        """Which of the job's streams it shows."""
        return self.viewport.stream

    @property
    def follow(self) -> bool:
        """Whether it stays at the end."""
        return self.viewport.follow

    @property
    def count(self) -> int:
        """Lines that pass level and filter."""
        return self.viewport.count

    @property
    def top(self) -> int:
        """The shown line at the top, counted from 0."""
        return self.viewport.top.at

    @property
    def look(self) -> Look:
        """How lines are painted."""
        return self._strips.look

    @property
    def text_region(self) -> Region:
        """The part of the screen that lines are in: all but the bar."""
        region = self.content_region
        return Region(region.x, region.y, max(0, region.width - 1), region.height)

    def shows(self, pages: LogPages) -> bool:
        """Whether all that these pages know is taken in."""
        return self.viewport.pages is pages and self.viewport.settled

    def line_text(self, at: int) -> str | None:
        """A shown line as text, with time and level; None when its bytes are not read yet."""
        view = self.viewport
        return self._strips.text(view.numbers[at], view.before(at)) if 0 <= at < view.count else None

    # What it is told

    def open(self, pages: LogPages | None) -> None:
        """Show another log from its end."""
        self._left, self.search, self._unplaced = 0, None, None
        self.viewport.open(pages)
        self.paint_again()

    def say_instead(self, placeholder: str) -> None:
        """What to say while there is no line."""
        if placeholder != self._placeholder:
            self._placeholder = placeholder
            self.refresh()

    def change(self, look: Look, *, wrap: bool) -> None:
        """Paint lines in another way."""
        self._wraps = wrap
        width = max(20, self.text_region.width - self._gutter - 1) if wrap else 0
        if self._strips.change(look._replace(wrap=width)):
            self._left = 0 if wrap else self._left
            self.viewport.place_top()
            self.paint_again()

    def sync(self) -> None:
        """Take in what the pages have learned; in a paused view the same line stays on top."""
        if not self.viewport.sync():
            if self.search is not None:
                self._paint_bar()
            return
        if self._wraps and self._painted[1] != self._count_digits():
            self.change(self.look, wrap=True)
        self._rows = self.viewport.in_sight
        full = len(self._rows) == self.viewport.page
        if self.follow or self._blank or not full or self._painted != self._to_paint():
            self.paint_again()
        else:
            self._paint_bar()

    def _to_paint(self) -> tuple[list[tuple[int, int]], int]:
        """Position and part of each row on the page, and digits of a number.

        A number is another line once the whole log is known.
        """
        pages, numbers = self.viewport.pages, self.viewport.numbers
        if pages is None:
            return [], 0
        places = [(pages.index.span(numbers[row.at])[0], row.part) for row in self._rows]
        return places, self._count_digits()

    def move(self, step: Step) -> None:
        """Scroll: up pauses, down at the end follows again."""
        if step in (Step.LEFT, Step.RIGHT):
            by = _SIDEWAYS if step is Step.RIGHT else -_SIDEWAYS
            self._left = max(0, self._left + by) if not self._wraps else 0
        else:
            self.viewport.move(step)
        self.paint_again()

    def follow_end(self) -> None:
        """Go to the end and stay there."""
        self.viewport.follow_end()
        self.paint_again()

    def go_to(self, position: int, *, on_top: bool = False) -> None:
        """Pause at the line that holds a position, and mark it."""
        self._unplaced = position if not self.size.height and not on_top else None
        self.viewport.go_to(position, on_top=on_top)
        self.paint_again()

    def paint_again(self) -> None:
        """Paint all of it."""
        self._rows = self.viewport.in_sight
        self._painted = self._to_paint()
        self._bar = self._bar_now()
        self._blank = False
        self._base_known = None
        self.refresh()

    # The library's

    def on_resize(self) -> None:
        self.viewport.page = max(1, self.size.height)
        if self._unplaced is not None and self.size.height:
            position, self._unplaced = self._unplaced, None
            self.viewport.follow_end()
            self.viewport.go_to(position)
        self.viewport.place_top()
        self.change(self.look, wrap=self._wraps)
        self.paint_again()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._mouse(lambda: self.viewport.scroll(-_WHEEL))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._mouse(lambda: self.viewport.scroll(_WHEEL))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.x >= self.size.width - 1:
            event.stop()
            self._dragging = True
            self.capture_mouse()
            self._drag(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragging:
            event.stop()
            self._drag(event.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragging:
            event.stop()
            self._dragging = False
            self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        pages, view = self.viewport.pages, self.viewport
        in_text = event.x < self.size.width - 1 and event.y < len(self._rows)
        if pages is None or not in_text or self.follow or self.text_selection is not None:
            return
        position = pages.index.span(view.numbers[self._rows[event.y].at])[0]
        self._mouse(lambda: view.choose(position))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        view = self.viewport
        if not view.count:
            return None
        first = selection.start.y // _PARTS if selection.start is not None else view.numbers[self._rows[0].at]
        last = selection.end.y // _PARTS if selection.end is not None else view.numbers[self._rows[-1].at]
        texts: list[str] = []
        for at in range(bisect_left(view.numbers, first), bisect_left(view.numbers, last + 1)):
            strips = self._strips.rows(view.numbers[at], view.before(at)) or []
            for part, strip in enumerate(strips):
                span = selection.get_span(view.numbers[at] * _PARTS + part)
                if span is not None:
                    indent = self._strips.indent if part else 0
                    text = strip.text[max(span[0], indent) : span[1] if span[1] >= 0 else None]
                    if part and self._wraps and texts:
                        texts[-1] += text
                    else:
                        texts.append(text)
        return "\n".join(texts), "\n"

    def notify_style_update(self) -> None:
        self._base_known = None
        self._strips.forget()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        base, width = self._base, self.text_region.width
        if y >= len(self._rows):
            if y == min(1, self.size.height - 1) and not self.count and self._placeholder:
                text = fit(f" {self._placeholder}", width)
                return self._with_bar(Strip([Segment(text, base + self.ink(Ink.DIM))]), y)
            return self._with_bar(Strip.blank(width, base), y)
        row = self._rows[y]
        line = self.viewport.numbers[row.at]
        lead = self._lead(line, row)
        room = max(0, width - lead.cell_length)
        strips = self._strips.rows(line, self.viewport.before(row.at))
        if strips is None or row.part >= len(strips):
            self._blank = True
            return self._with_bar(lead.extend_cell_length(width, base), y)
        strip, number = strips[row.part], line * _PARTS + row.part
        longer = strip.cell_length > self._left + room and not self._wraps
        strip = self._selected(strip, number).crop_extend(self._left, self._left + room, base)
        strip = strip.apply_style(base).apply_offsets(self._left, number)
        if longer:
            more = Segment(">" if self._ascii else "›", base + self.ink(Ink.DIM))
            strip = Strip.join([strip.crop(0, room - 1), Strip([more])])
        return self._with_bar(Strip.join([lead, strip]), y)

    # Painting

    @property
    def _base(self) -> Style:
        """The style under all others: 0.1 ms each time the library is asked, and each row needs it."""
        if self._base_known is None:
            self._base_known = self.rich_style
        return self._base_known

    def _lead(self, line: int, row: Row) -> Strip:
        """What stands before a line: its number, where there is room, and a mark."""
        pages, base, gutter = self.viewport.pages, self._base, self._gutter
        assert pages is not None
        mark = kept = Segment(" ", base)
        if not row.part:
            position = pages.index.span(line)[0]
            at = bisect_left(pages.bookmarks, position)
            if position == self.viewport.chosen and not self.follow:
                mark = Segment(">", base + self.ink(Ink.KEY))
            if at < len(pages.bookmarks) and pages.bookmarks[at] == position:
                kept = Segment("*" if self._ascii else "◆", base + self.ink(Ink.ACCENT))
        if not gutter:
            # One cell for both: what somebody asked for just now wins.
            return Strip([mark if kept.text == " " else kept])
        number = f"{line + 1:>{gutter - 1},}" if not row.part else " " * (gutter - 1)
        return Strip([Segment(number, base + self.ink(Ink.LOG_TIME)), kept, mark])

    @property
    def _gutter(self) -> int:
        """Cells of the line numbers; 0: there are none."""
        return self._count_digits() + 2 if self.numbered and self.size.width >= _NUMBERED else 0

    def _count_digits(self) -> int:
        pages = self.viewport.pages
        if pages is None or not pages.whole:
            return -2
        return len(f"{max(9_999, pages.index.lines.stop):,}")

    def _with_bar(self, strip: Strip, y: int) -> Strip:
        if y >= len(self._bar):
            return Strip.join([strip, Strip.blank(1, self._base)])
        (text, ink), in_sight = self._bar[y]
        style = self._base + self.ink(ink)
        if in_sight and text not in ("█", "#"):
            style += Style(bgcolor=self.ink(Ink.DIM).color, color=self._base.bgcolor)
        return Strip.join([strip, Strip([Segment(text, style)])])

    def _bar_now(self) -> list[Cell]:
        view = self.viewport
        if view.pages is None or not view.count or not self._rows:
            return []
        hits = self.search.matches.positions if self.search is not None else ()
        rows = [row.at for row in self._rows]
        return bar(view.page, view.numbers, rows, view.marks(hits), ascii_only=self._ascii)

    def _paint_bar(self) -> None:
        new = self._bar_now()
        if new != self._bar:
            self._bar = new
            self.refresh(Region(self.size.width - 1, 0, 1, self.size.height))

    def _drag(self, y: int) -> None:
        view = self.viewport
        if y >= self.size.height - 1:
            self._mouse(view.follow_end)
        else:
            # The cell under the mouse stands for that line, so it comes into sight at the same height.
            self._mouse(lambda: view.go(Row(max(0, line_for(y, self.size.height, view.count) - y))))

    def _mouse(self, act: Callable[[], object]) -> None:
        act()
        self.paint_again()
        self.post_message(self.Moved(self))

    def _selected(self, strip: Strip, row: int) -> Strip:
        selection = self.text_selection
        if selection is None or (span := selection.get_span(row)) is None:
            return strip
        start, end = span
        end = strip.cell_length if end < 0 else min(end, strip.cell_length)
        if start >= end:
            return strip
        before, marked, after = strip.divide([start, end, strip.cell_length])
        chosen = self.screen.get_component_rich_style("screen--selection", partial=True)
        return Strip.join([before, marked.apply_style(chosen), after])
