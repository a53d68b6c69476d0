"""DiffScreen: the difference of one file, to scroll through; text, whatever is in it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content

from wjtui.tui.present.diff import counts, diff_lines, longest_line
from wjtui.tui.present.ink import Ink, Piece
from wjtui.tui.present.plain import plain
from wjtui.tui.screens.layer import Dialog
from wjtui.tui.widgets.bar import Bar
from wjtui.tui.widgets.file_list import FileList

_SIDEWAYS = 16


class DiffScreen(Dialog[None]):
    """Esc, ``q`` and Enter close it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss(None)", "Close"),
        Binding("left,h", f"sideways(-{_SIDEWAYS})", "To the left"),
        Binding("right,l", f"sideways({_SIDEWAYS})", "To the right"),
        Binding("space", "page", "Page down"),
    ]

    def __init__(self, title: str, diff: str, *, ascii_only: bool = False) -> None:
        """``diff``: a unified diff, or a sentence that says why there is none."""
        super().__init__(classes="-ascii" if ascii_only else None)
        self._title = title
        self._diff = diff.removesuffix("\n")
        self._ascii = ascii_only
        self._skip = 0

    def compose(self) -> ComposeResult:
        with Container(id="diff") as box:
            added, removed = counts(self._diff)
            box.border_title = Content(plain(self._title))
            box.border_subtitle = Content(f"+{added} -{removed}")
            yield FileList(ascii_only=self._ascii, id="diff-lines")
            yield Bar(ascii_only=self._ascii, id="diff-keys")

    def on_mount(self) -> None:
        self._show(0)
        keys = (("↑ ↓", "move"), ("← →", "sideways"), ("esc", "close"))
        self.query_one("#diff-keys", Bar).say(
            tuple(p for key, word in keys for p in (Piece(f" {key} ", Ink.KEY), Piece(f"{word} ", Ink.DIM)))
        )
        self.query_one(FileList).focus()

    def on_file_list_opened(self) -> None:
        self.dismiss(None)

    def action_sideways(self, by: int) -> None:
        """Other columns of long lines."""
        most = max(0, longest_line(self._diff) - _SIDEWAYS)
        self._skip = max(0, min(self._skip + by, most))
        self._show(self.query_one(FileList).cursor)

    def action_page(self) -> None:
        """A screenful down."""
        self.query_one(FileList).action_page(1)

    def _show(self, cursor: int) -> None:
        rows = diff_lines(self._diff, self._skip) or [(Piece("Nothing is different.", Ink.DIM),)]
        self.query_one(FileList).show(len(rows), lambda row, width: rows[row], cursor)
