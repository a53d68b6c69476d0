"""FileList: rows of which one is under the cursor; they are made when they are painted."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from wjtui.tui.present.ink import Ink, Line
from wjtui.tui.present.status import in_ascii
from wjtui.tui.widgets.inked import Inked

_WHEEL = 3
_FAR = 10_000_000


class FileList(Inked, can_focus=True):
    """No text field, so letters may mean something in it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choices--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up"),
        Binding("down,j", "move(1)", "Down"),
        Binding("pageup", "page(-1)", "Page up"),
        Binding("pagedown", "page(1)", "Page down"),
        Binding("home,g", f"move(-{_FAR})", "First"),
        Binding("end,G", f"move({_FAR})", "Last"),
        Binding("enter", "open", "Open"),
    ]

    class Opened(Message):
        """A row was chosen by Enter or a click."""

        def __init__(self, files: FileList, row: int) -> None:
            super().__init__()
            self.files = files
            self.row = row

        @property
        def control(self) -> FileList:
            return self.files

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self._count = 0
        self._line: Callable[[int, int], Line] = lambda row, width: ()
        self._top = 0
        self.cursor = 0
        self.empty_text = ""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._count

    def show(self, count: int, line: Callable[[int, int], Line], cursor: int = 0) -> None:
        """Show so many rows; ``line`` gives one by its number and the cells there are."""
        self._count, self._line, self._top = count, line, 0
        self._put(cursor)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        row = self._first + y
        if row >= self._count:
            text = self.empty_text if not self._count and y == 0 else ""
            return Strip([Segment(f" {text}", base + self.ink(Ink.DIM))]).crop_extend(0, width, base)
        on = row == self.cursor
        if on and self.has_focus:
            base = base + self.get_component_rich_style("choices--cursor", partial=True)
        mark = (">" if self._ascii else "▌") if on else " "
        segments = [Segment(f"{mark} ", base + self.ink(Ink.ACCENT))]
        # Sixteen colours are too few for inks on a coloured row.
        uniform = on and self.has_focus and self.app.current_theme.ansi
        for piece in self._line(row, max(1, width - 3)):
            text = in_ascii(piece.text) if self._ascii else piece.text
            segments.append(Segment(text, base if uniform else base + self.ink(piece.ink)))
        strip = Strip(segments)
        if strip.cell_length > width:
            more = "..." if self._ascii else "…"
            strip = Strip([*strip.crop(0, max(0, width - len(more))), Segment(more, base)])
        return strip.crop_extend(0, width, base)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._put(self.cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move it by a screenful."""
        self._put(self.cursor + pages * max(1, self.size.height - 1))

    def action_open(self) -> None:
        """Choose the row under the cursor."""
        if self._count:
            self.post_message(self.Opened(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        row = self._first + event.y
        if row < self._count:
            self._put(row)
            self.action_open()

    def on_mouse_scroll_down(self) -> None:
        self.action_move(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-_WHEEL)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    @property
    def _first(self) -> int:
        """The row at the top, such that the cursor is in sight at whatever height there is now."""
        height = max(1, self.size.height)
        self._top = min(max(self._top, self.cursor - height + 1), self.cursor, max(0, self._count - height))
        return max(0, self._top)

    def _put(self, cursor: int) -> None:
        self.cursor = max(0, min(cursor, self._count - 1))
        self.refresh()


class Browser(FileList):
    """The entries of a folder; ``~``, ``-`` and ``.`` count here, where nothing is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tilde", "go('home')", "Home"),
        Binding("minus,backspace,left", "go('up')", "The folder above"),
        Binding("full_stop", "go('hidden')", "Hidden files, or not"),
        Binding("right", "open", "Open"),
    ]

    class Wanted(Message):
        """Somewhere else: ``home``, ``up``, or the ``hidden`` ones too."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def action_go(self, what: str) -> None:
        """Ask for it."""
        self.post_message(self.Wanted(what))
