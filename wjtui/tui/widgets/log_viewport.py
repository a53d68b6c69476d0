"""Viewport: which rows of a log are in sight; follows the end, or stands still while the log grows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from wjtui.tui.commands.command import Step
from wjtui.tui.present.log_bar import Marks, among
from wjtui.tui.present.log_head import Place, Shows
from wjtui.tui.present.log_lines import ERRORS, ShownLines, Sieve
from wjtui.tui.present.log_rows import TOP, Row, Rows
from wjtui.tui.present.log_status import News
from wjtui.tui.widgets.log_pages import LogPages, Stream
from wjtui.tui.widgets.log_strips import LogStrips

_NEAR_TOP = 200
"""Lines above the view at which the rest of a large log begins to be read."""
_SHOWN_BEFORE = 3
"""A line gone to is so many parts of a page below the top."""


class Viewport:
    """Paused, the line at the top stays whatever comes, goes, or is filtered: it is known by position."""

    def __init__(self, stream: Stream, strips: LogStrips) -> None:
        self.stream = stream
        self.page = 1
        """Rows there is room for."""
        self.follow = True
        self.top = TOP
        """The row at the top."""
        self.chosen: int | None = None
        """Position of the line that was gone to, or clicked at."""
        self.pages: LogPages | None = None
        self.level = Shows.ALL
        self._strips = strips
        self._lines = ShownLines(stream.value)
        self._seen = -1
        self._more = self._filling = False
        self._anchor = 0
        self._paused_at = 0
        self._kept: tuple[int, int] | None = None
        self._later: Callable[[], None] | None = None

    # What there is

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of the lines that pass level and filter, sorted; look, do not touch."""
        return self._lines.numbers

    @property
    def count(self) -> int:
        """How many those are."""
        return len(self._lines.numbers)

    @property
    def rows(self) -> Rows:
        """Their rows."""
        return Rows(self.count, self._height if self._strips.look.tall else None)

    @property
    def in_sight(self) -> list[Row]:
        """The rows on the page."""
        return self.rows.from_top(self.top, self.page)

    @property
    def at_end(self) -> bool:
        """Whether the last row is in sight."""
        return self.top >= self.rows.last_top(self.page)

    @property
    def settled(self) -> bool:
        """Whether all that the pages know is taken in."""
        return not self._more and (self.pages is None or self._seen == self.pages.version)

    @property
    def current(self) -> int | None:
        """The number of the line that commands are about: the chosen one if it is in sight, else the top."""
        pages = self.pages
        if pages is None or not self.count:
            return None
        if self.chosen is not None:
            line = pages.index.line_at(self.chosen)
            at = bisect_left(self.numbers, line)
            if self.top.at <= at <= self.top.at + self.page and self.has(line):
                return line
        return self.numbers[min(self.top.at, self.count - 1)]

    @property
    def news(self) -> News:
        """What came since this view was paused."""
        pages = self.pages
        if self.follow or pages is None or not self.count:
            return News()
        line = pages.index.line_at(self._paused_at) + 1
        errors = pages.index.lines_of(ERRORS) if self._lines.kinds & ERRORS else ()
        new = self.count - bisect_left(self.numbers, line)
        return News(new, min(new, len(errors) - bisect_left(errors, line)))

    @property
    def place(self) -> Place | None:
        """Where in the whole log that is; None while there is nothing."""
        pages, line = self.pages, self.current
        if pages is None or line is None:
            return None
        line = self.numbers[-1] if self.follow else line
        number = line + 1 if pages.whole else None
        return Place(number, pages.index.lines.stop, pages.share(pages.index.span(line)[1]))

    def has(self, line: int) -> bool:
        """Whether a line passes level and filter."""
        at = bisect_left(self.numbers, line)
        return at < self.count and self.numbers[at] == line

    def before(self, at: int) -> int | None:
        """The number of the line shown above the line ``at``."""
        return self.numbers[at - 1] if 0 < at <= self.count else None

    def marks(self, hits: Sequence[int]) -> Marks:
        """What the bar marks; ``hits`` are positions."""
        pages = self.pages
        assert pages is not None
        index = pages.index

        def over(positions: Sequence[int]) -> Callable[[int, int], bool]:
            has = among(positions)
            return lambda begin, stop: has(index.span(begin)[0], index.span(stop - 1)[1])

        return Marks(among(index.lines_of(ERRORS)), over(hits), over(pages.bookmarks))

    # What it is told

    def open(self, pages: LogPages | None) -> None:
        """Show another log from its end."""
        self.pages = pages
        self._strips.open(pages)
        self.top, self.chosen, self._later, self._kept = TOP, None, None, None
        self.follow = True
        self._anchor = self._paused_at = 0
        self.show_only(self.level, None)

    def show_only(self, level: Shows, sieve: Sieve | None) -> None:
        """Only lines of a level that pass a filter; the current line stays where it is, if it is shown.

        Also when it was not shown for a while, unless somebody moved meanwhile.
        """
        line = self.current
        if self._kept is None and not self.follow and self.pages is not None and line is not None:
            offset = next((y for y, row in enumerate(self.in_sight) if self.numbers[row.at] == line), 0)
            self._kept = self.pages.index.span(line)[0], offset
        self.level = level
        self._lines = ShownLines(self.stream.value & level.kinds, sieve)
        self._more = self._filling = True
        self.sync()

    def sync(self) -> bool:
        """Take in what the pages have learned; whether there was anything."""
        pages = self.pages
        if pages is None or self.settled:
            return False
        self._seen = pages.version
        self._more = self._lines.update(pages.index)
        self.place_top()
        if self._filling and not self._more and self._lines.searched:
            self._filling = False
            self._remember()
        if self._later is not None and pages.whole:
            later, self._later = self._later, None
            later()
        return True

    def sift(self) -> None:
        """The filter knows more."""
        self._more = True

    def place_top(self) -> None:
        """Bring the top to where it belongs, after lines or rows have changed."""
        if self.follow:
            self.top = self.rows.last_top(self.page)
        elif self.pages is not None:
            if self._filling and self._kept is not None:
                # Growth never moves the top; but where other lines are shown now, they fill the page.
                at = bisect_left(self.numbers, self.pages.index.line_at(self._kept[0]))
                self.top = self.rows.clamp(self.rows.move(Row(at), -self._kept[1]), self.page)
            else:
                at = bisect_left(self.numbers, self.pages.index.line_at(self._anchor))
                self.top = self.rows.nearest(Row(at, self.top.part if at == self.top.at else 0))

    def move(self, step: Step) -> None:
        """Scroll. Upwards pauses; downwards at the end follows again."""
        # Before the next frame the pages may know more than this view: its first row is not the first line.
        self.sync()
        page = max(1, self.page - 1)
        self._later = None
        match step:
            case Step.LAST:
                self.follow_end()
            case Step.FIRST:
                self.pause()
                # The beginning of a large log is not known yet: go there again when it is.
                self.when_whole(lambda: self.go(TOP))
                self.go(TOP)
            case Step.UP | Step.HALF_UP | Step.PAGE_UP:
                self.scroll(-{Step.UP: 1, Step.HALF_UP: page // 2}.get(step, page))
            case _:
                self.scroll({Step.DOWN: 1, Step.HALF_DOWN: page // 2}.get(step, page))

    def scroll(self, by: int) -> None:
        """So many rows down, or up."""
        if by > 0 and self.at_end:
            self.follow_end()
            return
        if by < 0:
            self.pause()
        self.go(self.rows.move(self.top, by))

    def pause(self) -> None:
        """Stand still."""
        if self.follow:
            self.follow = False
            self._paused_at = max(0, self.pages.index.end - 1) if self.pages is not None else 0
            self._remember()

    def follow_end(self) -> None:
        """Go to the end and stay there."""
        self.follow, self.chosen, self._later, self._kept = True, None, None, None
        self.place_top()

    def when_whole(self, act: Callable[[], None]) -> None:
        """Do something once the whole log is known, unless somebody moves meanwhile."""
        if self.pages is not None and not self.pages.whole:
            self.pages.want_whole()
            self._later = act

    def go(self, row: Row) -> None:
        """Pause with a row on top, or as near to it as the end allows."""
        self.pause()
        self._kept = None
        self.top = self.rows.clamp(row, self.page)
        self._remember()

    def go_to(self, position: int, *, on_top: bool = False) -> None:
        """Pause where the line that holds a position is in sight, and choose it; once it is known, that is.

        Of a line that is not shown the next one that is takes the place.
        """
        self.sync()
        pages = self.pages
        if pages is None or not self.count:
            return
        self.pause()
        self._later = None
        if position < pages.index.span(pages.index.lines.start)[0]:
            self.when_whole(lambda: self._choose(position, on_top))
        if pages.whole or position >= pages.index.span(pages.index.lines.start)[0]:
            self._choose(position, on_top)

    def align(self, other: Viewport) -> None:
        """Stand where another view of the same log stands."""
        if other.follow:
            self.follow_end()
        elif self.pages is not None and other.count:
            self.go(Row(bisect_left(self.numbers, other.numbers[min(other.top.at, other.count - 1)])))

    def choose(self, position: int) -> None:
        """The line that begins there is what commands are about."""
        self.chosen = position

    def _choose(self, position: int, on_top: bool) -> None:
        pages = self.pages
        if pages is None or not self.count:
            return
        at = min(bisect_left(self.numbers, pages.index.line_at(position)), self.count - 1)
        self.chosen = pages.index.span(self.numbers[at])[0]
        if on_top:
            self.go(Row(at))
        elif not any(row.at == at for row in self.in_sight):
            self.go(self.rows.move(Row(at), -(self.page // _SHOWN_BEFORE)))

    def _height(self, at: int) -> int:
        strips = self._strips.rows(self.numbers[at], self.before(at))
        return len(strips) if strips is not None else 1

    def _remember(self) -> None:
        pages = self.pages
        if pages is None or not self.count:
            return
        top = min(self.top.at, self.count - 1)
        line = self.numbers[top]
        if line in pages.index.lines:
            self._anchor = pages.index.span(line)[0]
        if top < _NEAR_TOP:
            pages.want_whole()
