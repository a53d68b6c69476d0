"""LogView: some lines of one log; follows its end, or stands still while the log grows."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from wjtui.tui.commands.command import Step
from wjtui.tui.present.ink import Ink
from wjtui.tui.present.logline import Shown, show
from wjtui.tui.present.plain import fit
from wjtui.tui.present.times import size
from wjtui.tui.widgets.inked import Inked
from wjtui.tui.widgets.log_pages import LogPages, Stream

STRIPS_KEPT = 1000
_SIDEWAYS = 16
_NEAR_TOP = 200
"""Lines above the view at which the rest of a large log begins to be read."""


class LogView(Inked, ScrollView, can_focus=True, inherit_bindings=False):
    """Paints what is in sight; ``sync`` brings it up to what the pages know, and a paused top stays."""

    class Turned(Message):
        """It began or ceased to follow."""

    def __init__(
        self, stream: Stream = Stream.ALL, *, ascii_only: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.stream = stream
        self._more, self._cut = (">", "...") if ascii_only else ("›", "…")
        self.follow = True
        self._placeholder = ""
        self._pages: LogPages | None = None
        self._numbers: Sequence[int] = range(0)
        self._version = -1
        self._anchor = 0
        self._paused_at = 0
        self._placing = False
        self._homing = False
        self._wide = 0
        self._strips: OrderedDict[tuple[int, int, int], Strip] = OrderedDict()

    @property
    def pages(self) -> LogPages | None:
        """What is shown."""
        return self._pages

    def shows(self, pages: LogPages) -> bool:
        """Whether all that these pages know is taken in."""
        return self._pages is pages and self._version == pages.version

    @property
    def count(self) -> int:
        """Lines there are."""
        return len(self._numbers)

    @property
    def top(self) -> int:
        """The row at the top."""
        return round(self.scroll_y)

    @property
    def unseen(self) -> int:
        """Lines that came since this view was paused."""
        if self.follow or self._pages is None or not len(self._numbers):
            return 0
        known = bisect_left(self._numbers, self._pages.index.line_at(self._paused_at))
        return max(0, len(self._numbers) - known - 1)

    def open(self, pages: LogPages | None, *, follow: bool = True) -> None:
        """Show another log from its end."""
        self._pages = pages
        self._version = -1
        self._numbers = range(0)
        self._strips.clear()
        self._wide = 0
        self._place(0)
        self.scroll_x = 0
        self._set_follow(follow)
        self.sync()
        self.refresh()

    def say_instead(self, placeholder: str) -> None:
        """What to say while there is no line."""
        if placeholder != self._placeholder:
            self._placeholder = placeholder
            self.refresh()

    def sync(self) -> None:
        """Take in what the pages have learned; in a paused view the same line stays on top."""
        pages = self._pages
        if pages is None or pages.version == self._version:
            return
        self._version = pages.version
        self._numbers = pages.numbers(self.stream)
        self.virtual_size = Size(max(self._wide, 1), max(1, len(self._numbers)))
        if self.follow:
            self._place(self.max_scroll_y)
        elif self._homing and pages.whole:
            self._homing = False
            self._go(0)
        elif len(self._numbers):
            self._place(bisect_left(self._numbers, pages.index.line_at(self._anchor)))
        self.refresh()

    def move(self, step: Step) -> None:
        """Scroll. Upwards pauses; downwards at the end follows again."""
        page = max(1, self.size.height - 1)
        self._homing = False
        match step:
            case Step.LAST:
                self.follow_end()
            case Step.FIRST:
                self.pause()
                if self._pages is not None and not self._pages.whole:
                    # The beginning of a large log is not known yet: go there when it is.
                    self._pages.want_whole()
                    self._homing = True
                self._go(0)
            case Step.LEFT | Step.RIGHT:
                # What was painted since the last sync may be wider than what was known then.
                self.virtual_size = Size(max(self._wide, 1), max(1, len(self._numbers)))
                by = _SIDEWAYS if step is Step.RIGHT else -_SIDEWAYS
                self.scroll_x = max(0, round(self.scroll_x) + by)
                self.refresh()
            case Step.UP | Step.HALF_UP | Step.PAGE_UP:
                self.pause()
                self._go(self.top - {Step.UP: 1, Step.HALF_UP: page // 2}.get(step, page))
            case _:
                if self.top >= self.max_scroll_y:
                    self.follow_end()
                else:
                    self._go(self.top + {Step.DOWN: 1, Step.HALF_DOWN: page // 2}.get(step, page))

    def pause(self) -> None:
        """Stand still."""
        if self.follow:
            self._remember_top()
            self._paused_at = max(0, self._pages.index.end - 1) if self._pages is not None else 0
            self._set_follow(False)

    def follow_end(self) -> None:
        """Go to the end and stay there."""
        self._set_follow(True)
        self._place(self.max_scroll_y)
        self.refresh()

    def line_text(self, row: int) -> str | None:
        """A row as text; None when its bytes are not read yet."""
        shown = self._shown(row)
        return shown.plain if shown is not None else None

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.scrollable_content_region.width
        row = self.top + y
        if row >= len(self._numbers):
            if y == 1 and not len(self._numbers) and self._placeholder:
                return Strip([Segment(fit(f" {self._placeholder}", width), base + self.ink(Ink.DIM))])
            return Strip.blank(width, base)
        strip = self._strip(row)
        if strip is None:
            return Strip.blank(width, base)
        left = round(self.scroll_x)
        longer = strip.cell_length > left + width
        strip = self._selected(strip, row).crop_extend(left, left + width, base).apply_style(base)
        strip = strip.apply_offsets(left, row)
        if longer:
            strip = Strip.join(
                [strip.crop(0, width - 1), Strip([Segment(self._more, base + self.ink(Ink.DIM))])]
            )
        return strip

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._placing and not self.follow:
            self._remember_top()

    def on_mouse_scroll_up(self) -> None:
        self.pause()

    def on_scroll_up(self) -> None:
        self.pause()

    def on_scroll_to(self) -> None:
        self.pause()

    def on_mouse_scroll_down(self) -> None:
        if self.top >= self.max_scroll_y:
            self.follow_end()

    def on_resize(self) -> None:
        if self.follow:
            self._place(self.max_scroll_y)
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        first = selection.start.y if selection.start is not None else self.top
        last = selection.end.y if selection.end is not None else self.top + self.size.height - 1
        texts = [
            text[span[0] : span[1] if span[1] >= 0 else None]
            for row in range(first, min(last, len(self._numbers) - 1) + 1)
            if (span := selection.get_span(row)) is not None and (text := self.line_text(row)) is not None
        ]
        return "\n".join(texts), "\n"

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def _go(self, row: int) -> None:
        self._place(row)
        self._remember_top()
        self.refresh()

    def _place(self, row: float) -> None:
        self._placing = True
        try:
            self.scroll_to(y=max(0, row), animate=False, force=True, immediate=True)
        finally:
            self._placing = False

    def _remember_top(self) -> None:
        if self._pages is None or not len(self._numbers):
            return
        top = min(self.top, len(self._numbers) - 1)
        line = self._numbers[top]
        if line in self._pages.index.lines:
            self._anchor = self._pages.index.span(line)[0]
        if top < _NEAR_TOP:
            self._pages.want_whole()

    def _set_follow(self, follow: bool) -> None:
        if follow is not self.follow:
            self.follow = follow
            self.post_message(self.Turned())

    def _shown(self, row: int) -> Shown | None:
        pages = self._pages
        if pages is None or row >= len(self._numbers):
            return None
        line = self._numbers[row]
        if line not in pages.index.lines or (raw := pages.raw(line)) is None:
            return None
        start, end = pages.index.span(line)
        return show(raw, pages.index.kind(line), pages.index.owner_kind(line), end - start)

    def _strip(self, row: int) -> Strip | None:
        pages = self._pages
        if pages is None:
            return None
        line = self._numbers[row]
        if line not in pages.index.lines:
            return None
        # A line is told by where it is, how long it is, and whose colour it has: the last one still grows.
        key = (*pages.index.span(line), int(pages.index.owner_kind(line)))
        strip = self._strips.get(key)
        if strip is None:
            shown = self._shown(row)
            if shown is None:
                return None
            strip = self._strips[key] = self._draw(shown)
            if len(self._strips) > STRIPS_KEPT:
                self._strips.popitem(last=False)
            if strip.cell_length > self._wide:
                self._wide = strip.cell_length
        else:
            self._strips.move_to_end(key)
        return strip

    def _draw(self, shown: Shown) -> Strip:
        ink = self.ink(shown.ink)
        quiet = shown.level == "INFO"
        segments = [
            Segment(f" {shown.time:<8} ", self.ink(Ink.LOG_TIME)),
            Segment(f"{shown.level:<5} ", self.ink(Ink.DIM) if quiet else ink + Style(bold=True)),
        ]
        segments += [Segment(text, ink if style is None else ink + style) for text, style in shown.runs]
        if shown.rest:
            segments.append(Segment(f" {self._cut} {size(shown.rest)} more in this line", self.ink(Ink.DIM)))
        return Strip(segments)

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
