"""Picker: a field and the list of what fits what is typed in it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Input, Static

from wjtui.tui.present.fuzzy import Found
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.present.palette import Entry, Row, row, search
from wjtui.tui.screens.layer import Dialog
from wjtui.tui.widgets.bar import Bar
from wjtui.tui.widgets.choices import Choices
from wjtui.tui.widgets.inked import paragraphs

T = TypeVar("T")


class Picker(Dialog[T | None], Generic[T]):
    """Dismissed with what was chosen, or None.

    A subclass gives the ``entries``, and where it wants ``notes`` above them, ``hints`` under them, and
    something done when the cursor moves.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close"),
        Binding("down,ctrl+n,tab", "move(1)", "Down"),
        Binding("up,ctrl+p,shift+tab", "move(-1)", "Up"),
        Binding("pagedown", "page(1)", "Page down"),
        Binding("pageup", "page(-1)", "Page up"),
    ]
    TITLE = ""
    PLACEHOLDER = ""
    NAMES = 16
    """Cells of the column of names."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(classes="-ascii" if ascii_only else None)
        self._ascii = ascii_only
        self._found: list[tuple[Entry[T], Found]] = []

    @abstractmethod
    def entries(self, query: str) -> Sequence[Entry[T]]:
        """What there is; it may depend on what was typed."""

    def notes(self) -> list[Line]:
        """Lines above the field."""
        return []

    def hints(self) -> list[tuple[str, str]]:
        """Keys and what they do."""
        return [("↑↓", "choose"), ("Enter", "give it"), ("Esc", "closes")]

    def moved(self, chosen: Entry[T] | None) -> None:
        """The cursor is on another entry."""

    def choose(self, chosen: Entry[T]) -> None:
        """Enter."""
        self.dismiss(chosen.value)

    def action_leave(self) -> None:
        """Esc."""
        self.dismiss(None)

    @property
    def chosen(self) -> Entry[T] | None:
        """The entry under the cursor."""
        at = self._choices.cursor
        return self._found[at][0] if at < len(self._found) else None

    def compose(self) -> ComposeResult:
        with Container(classes="picker") as box:
            box.border_title = Content(self.TITLE)
            if notes := self.notes():
                yield Static(paragraphs(notes, ascii_only=self._ascii), classes="picker-notes")
            yield Input(id="picker-field", placeholder=self.PLACEHOLDER, compact=True)
            yield Choices(ascii_only=self._ascii, id="picker-list")
            yield Bar(id="picker-hints", ascii_only=self._ascii)

    def on_mount(self) -> None:
        self._choices.empty_text = "Nothing fits."
        self._search("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._search(event.value)

    def on_input_submitted(self) -> None:
        if (chosen := self.chosen) is not None:
            self.choose(chosen)

    def on_choices_picked(self) -> None:
        self.on_input_submitted()

    def on_choices_moved(self) -> None:
        if self.is_current:
            self._say_hints()
            self.moved(self.chosen)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._choices.move(rows)

    def action_page(self, pages: int) -> None:
        """Move it by a screenful."""
        self._choices.move(pages * self._choices.page)

    def first(self) -> int:
        """The row on which the cursor stands when the list is new."""
        return 0

    @property
    def _choices(self) -> Choices:
        return self.query_one("#picker-list", Choices)

    def _search(self, query: str) -> None:
        self._found = search(query, self.entries(query))
        self._choices.show(len(self._found), self._row, 0 if query else self.first())

    def _row(self, number: int, width: int) -> Row:
        return row(self._found[number], width, self.NAMES)

    def _say_hints(self) -> None:
        count = len(self._found)
        pieces = [Piece(f" {self._choices.cursor + 1 if count else 0} of {count:,}  ", Ink.DIM)]
        reason = self.chosen.why_not() if self.chosen is not None else None
        if reason is not None:
            # The row itself may have no room for it.
            pieces.append(Piece(f" {reason}", Ink.WARNING))
        for key, words in self.hints() if reason is None else ():
            pieces += [Piece(f" {key} ", Ink.KEY), Piece(f"{words} ", Ink.DIM)]
        self.query_one("#picker-hints", Bar).say(tuple(pieces))
