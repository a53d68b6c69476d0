"""FindingsPane: lines under a title that are broken anew at each width; it scrolls where they do not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wjtui.tui.present.ink import Line, plain_text
from wjtui.tui.widgets.inked import content, paragraphs

Lines = Callable[[int], list[Line]]
"""Lines, each in at most so many cells."""


class FindingsPane(VerticalScroll, can_focus=True):
    """Arrow keys scroll it."""

    DEFAULT_CSS: ClassVar[str] = "FindingsPane > Static { width: 1fr; height: auto; text-wrap: nowrap; }"

    def __init__(self, title: str, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id, classes="deploy-pane")
        self.border_title = Content(title)
        self._ascii = ascii_only
        self._lines: Lines = lambda width: []
        self._told: list[Line] | None = None

    def compose(self) -> ComposeResult:
        yield Static()

    @property
    def text(self) -> str:
        """What it shows."""
        return "\n".join(plain_text(line) for line in self._told or [])

    def say(self, lines: Lines, subtitle: Line = ()) -> None:
        """Show these lines, from the first one on."""
        self._lines = lines
        self.border_subtitle = content(subtitle, ascii_only=self._ascii)
        self.scroll_home(animate=False)
        self._break()

    def on_resize(self, event: events.Resize) -> None:
        self._break()

    def _break(self) -> None:
        # A column is left for the scroll bar, so that its coming breaks nothing anew.
        lines = self._lines(max(8, self.size.width - 1))
        if lines != self._told:
            self._told = lines
            for static in self.query(Static):
                static.update(paragraphs(lines, ascii_only=self._ascii))
