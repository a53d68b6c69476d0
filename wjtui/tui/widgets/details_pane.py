"""DetailsPane: everything known of the chosen job."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from wjtui.tui.bindings import bindings
from wjtui.tui.commands.command import Step, Where
from wjtui.tui.present.ink import Line, plain_text
from wjtui.tui.widgets.inked import paragraphs


class DetailsPane(VerticalScroll, can_focus=True, inherit_bindings=False):
    """Lines of label and value; scrolls where they do not fit."""

    BINDINGS = bindings(Where.LIST)

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self._lines: list[Line] = []

    def compose(self) -> ComposeResult:
        yield Static(id="details-text")

    @property
    def text(self) -> str:
        """What it shows."""
        return "\n".join(plain_text(line) for line in self._lines)

    def say(self, lines: list[Line]) -> None:
        """Show these lines."""
        if lines != self._lines:
            self._lines = lines
            self.query_one("#details-text", Static).update(paragraphs(lines, ascii_only=self._ascii))

    def move(self, step: Step) -> None:
        """Scroll."""
        page = max(1, self.size.height - 1)
        by = step.rows(page, 10_000)
        self.scroll_to(y=max(0, self.scroll_y + by), animate=False)
