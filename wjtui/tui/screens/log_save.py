"""SaveLog: asks for the file that a log is to be saved in."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Checkbox, Input, Static

from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.screens.layer import Dialog
from wjtui.tui.widgets.inked import paragraphs


class SaveWish(NamedTuple):
    """Where to, and how."""

    path: str
    """As it was typed; ``~`` is the person's home."""
    codes: bool
    """With the job's colour codes."""


class SaveLog(Dialog[SaveWish | None]):
    """Dismissed with None when nothing is to be saved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("down", "app.focus_next", "Next field"),
        Binding("up", "app.focus_previous", "Previous field"),
    ]

    def __init__(self, path: str, what: str, *, ascii_only: bool = False) -> None:
        """``path``: what is proposed. ``what``: how much would be saved, in words."""
        super().__init__(classes="-ascii" if ascii_only else None)
        self._path = path
        self._what = what
        self._ascii = ascii_only

    def compose(self) -> ComposeResult:
        hints: list[Line] = [
            (
                Piece("Enter", Ink.KEY),
                Piece(" saves   "),
                Piece("Tab", Ink.KEY),
                Piece(" next field   "),
                Piece("Space", Ink.KEY),
                Piece(" switches   "),
                Piece("Esc", Ink.KEY),
                Piece(" does not save"),
            )
        ]
        with Container(classes="dialog") as dialog:
            dialog.border_title = Content("Save the log")
            yield Static(Content(f"File, for {self._what}"), classes="dialog-label")
            yield Input(self._path, id="save-path", select_on_focus=False, compact=True)
            yield Checkbox(Content("with the job's colour codes"), id="save-codes", compact=True)
            yield Static(paragraphs(hints, ascii_only=self._ascii))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(SaveWish(event.value.strip(), self.query_one(Checkbox).value))
