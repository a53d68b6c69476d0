"""Help: every key, made from the command table."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from wjtui.tui.bindings import shown_keys
from wjtui.tui.commands.command import Section
from wjtui.tui.commands.table import COMMANDS
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.widgets.inked import paragraphs

_KEYS = 10
_COLUMNS = ((Section.JOBS, Section.LOG), (Section.MOVE, Section.LEAVE))
_NOTES: dict[Section, tuple[str, ...]] = {
    Section.LOG: (
        "Scrolling up pauses; nothing is lost.",
        "Output and errors come about in order.",
    ),
    Section.LEAVE: (
        "Works the same without the screen:",
        "wjtui list · run JOB · logs -f JOB · stop JOB",
    ),
}


def section_lines(section: Section) -> list[Line]:
    """One section's keys and what they do."""
    lines: list[Line] = [
        (Piece(f"{shown_keys(command):<{_KEYS}} ", Ink.KEY), Piece(command.title))
        for command in COMMANDS
        if command.section is section
    ]
    lines += [(Piece(note, Ink.DIM),) for note in _NOTES.get(section, ())]
    return lines


class Help(ModalScreen[None]):
    """Two columns where there is room; scrolls where it does not fit."""

    HORIZONTAL_BREAKPOINTS = [(0, "-one"), (100, "-two")]  # noqa: RUF012 - the base declares it so

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss", "Close"),
        Binding("j,down", "scroll(1)", "Down"),
        Binding("k,up", "scroll(-1)", "Up"),
        Binding("pagedown,ctrl+d,space", "scroll(10)", "Page down"),
        Binding("pageup,ctrl+u", "scroll(-10)", "Page up"),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help", can_focus=False) as box:
            box.border_title = Content("Help")
            box.border_subtitle = Content("Esc closes · j k scroll")
            with Container(id="help-sections"):
                for column in _COLUMNS:
                    with Vertical(classes="help-column"):
                        for section in column:
                            title: Line = (Piece(section.value, Ink.STRONG),)
                            lines = paragraphs([title, *section_lines(section), ()])
                            yield Static(lines, classes="help-section")

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self.query_one("#help", VerticalScroll).scroll_relative(y=rows, animate=False)
