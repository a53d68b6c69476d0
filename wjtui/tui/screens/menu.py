"""Menu: a few things to choose from; what cannot be chosen says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wjtui.tui.bindings import shown_key
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.plain import shorten
from wjtui.tui.screens.layer import Dialog
from wjtui.tui.widgets.inked import content


class Entry(NamedTuple):
    """One row."""

    value: str
    """What the menu is dismissed with."""
    label: str
    key: str = ""
    """The key that chooses it, as the library names it."""
    reason: str = ""
    """Why it cannot be chosen; empty: it can."""
    note: str = ""
    """What stands behind the label."""


class Menu(Dialog[str | None]):
    """Dismissed with an entry's value, or None. The keys of the entries choose them at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Close"),
        Binding("j", "move(1)", "Down"),
        Binding("k", "move(-1)", "Up"),
    ]

    def __init__(self, title: str, entries: Sequence[Entry], *, ascii_only: bool = False) -> None:
        super().__init__(classes="-ascii" if ascii_only else None)
        self._title = title
        self._entries = entries
        self._ascii = ascii_only

    def compose(self) -> ComposeResult:
        with Container(classes="dialog", id="menu") as dialog:
            dialog.border_title = Content(self._title)
            dialog.border_subtitle = Content("Enter chooses, Esc closes")
            yield OptionList(*(self._option(entry) for entry in self._entries), compact=True)

    def on_mount(self) -> None:
        for entry in self._entries:
            if entry.key and not entry.reason:
                self._bindings.bind(entry.key, f"choose('{entry.value}')", entry.label)
        options = self.query_one(OptionList)
        options.focus()
        first = next((at for at, entry in enumerate(self._entries) if not entry.reason), None)
        options.highlighted = first

    def action_choose(self, value: str) -> None:
        """Choose an entry by its key."""
        self.dismiss(value)

    def action_move(self, rows: int) -> None:
        """Move the highlight."""
        options = self.query_one(OptionList)
        (options.action_cursor_down if rows > 0 else options.action_cursor_up)()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    @property
    def _room(self) -> int:
        """Cells for key, label and note, without the frame and the blanks between them."""
        return max(20, self.app.size.width * 95 // 100 - 12)

    def _option(self, entry: Entry) -> Option:
        key = shown_key(entry.key) if entry.key else ""
        width = max(len(shown_key(other.key)) if other.key else 0 for other in self._entries)
        longest = max(len(other.label) for other in self._entries)
        ink = Ink.DIM if entry.reason else Ink.PLAIN
        line: Line = (
            Piece(f" {key:<{width}} ", Ink.DIM if entry.reason else Ink.KEY),
            Piece(f" {entry.label:<{longest}} ", ink),
            Piece(f" {shorten(entry.reason or entry.note, self._room - width - longest)} ", Ink.DIM),
        )
        return Option(content(line, ascii_only=self._ascii), id=entry.value, disabled=bool(entry.reason))
