"""Help: every key, made from the command table; what is chosen in it can be done at once."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from wjtui.tui.bindings import Keys
from wjtui.tui.commands.command import Section
from wjtui.tui.commands.table import BY_ID, COMMANDS
from wjtui.tui.present.help import EATEN_NOTE, TWO_COLUMNS, found, overview, sections, tabs, title
from wjtui.tui.present.ink import Ink, Line, Piece
from wjtui.tui.screens.layer import Dialog
from wjtui.tui.widgets.bar import Bar
from wjtui.tui.widgets.sheet import SheetView

_PAGE = 10
_AROUND = 3
"""Rows of title, note and hints."""
_WITH_NOTE = 30
"""Rows from which there is one for the note about keys that others take."""


class Help(Dialog[str | None]):
    """Dismissed with the id of the command that is to be given, or None.

    All sections at once where there is room, else one at a time; scrolls where that does not fit.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close"),
        Binding("q", "dismiss(None)", "Close"),
        Binding("enter", "run", "Do it"),
        Binding("slash", "search", "Search"),
        Binding("j,down", "move(1)", "Down"),
        Binding("k,up", "move(-1)", "Up"),
        Binding("left", "sideways(-1)", "Left"),
        Binding("right", "sideways(1)", "Right"),
        Binding("g,home", "scroll(-1000)", "Top"),
        Binding("G,end", "scroll(1000)", "End"),
        Binding("pagedown,ctrl+d,space", f"scroll({_PAGE})", "Page down"),
        Binding("pageup,ctrl+u", f"scroll(-{_PAGE})", "Page up"),
        Binding("tab", "section(1)", "Next section"),
        Binding("shift+tab", "section(-1)", "Previous section"),
    ]

    def __init__(
        self, keys: Keys, section: Section, *, can_run: bool = True, ascii_only: bool = False
    ) -> None:
        """``section``: of the place one is in. ``can_run``: false over a dialog or a field."""
        super().__init__(classes="-ascii" if ascii_only else None)
        self._keys = keys
        self._sections = sections(COMMANDS)
        self._section = section
        self._can_run = can_run
        self._ascii = ascii_only

    def compose(self) -> ComposeResult:
        yield Bar(id="help-title", ascii_only=self._ascii)
        yield Input(id="help-field", placeholder="a key or an action", select_on_focus=False, compact=True)
        yield SheetView(ascii_only=self._ascii, id="help-sheet")
        yield Bar(id="help-note", ascii_only=self._ascii)
        yield Bar(id="help-hints", ascii_only=self._ascii)

    def on_mount(self) -> None:
        for key in self._keys.of("app.help"):
            self._bindings.bind(key, "dismiss(None)", "Close")
        self._field.display = False
        self._own_keys = set(self._bindings.key_to_bindings)
        # The first picture is painted before any widget is told its size: it is to be the right one already.
        self._show()

    @property
    def section(self) -> Section:
        """The section that is open, where they are shown one at a time."""
        return self._section

    @property
    def searching(self) -> bool:
        """Whether what is shown depends on what is typed."""
        return self._field.display

    def on_resize(self) -> None:
        self.query_one("#help-note").display = self.app.size.height >= _WITH_NOTE
        self.call_after_refresh(self._show)

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and not self.searching and event.key not in self._own_keys:
            event.stop()
            event.prevent_default()
            self.action_search(event.character or "")

    def on_input_changed(self) -> None:
        self._show()

    def on_input_submitted(self) -> None:
        self.action_run()

    def on_sheet_view_picked(self) -> None:
        self.action_run()

    def action_search(self, text: str = "") -> None:
        """Type a search."""
        self._field.display = True
        self._field.focus()
        self._field.value = text
        self._field.cursor_position = len(text)
        self._show()

    def action_back(self) -> None:
        """Leave the search, then the help."""
        if not self.searching:
            self.dismiss(None)
            return
        self.set_focus(None)
        self._field.display = False
        self._show()

    def action_run(self) -> None:
        """Give the chosen command; without one, close."""
        self.dismiss(self._sheet.chosen or None if self._can_run else None)

    def action_move(self, by: int) -> None:
        """Choose the next command, or scroll where nothing can be chosen."""
        if self._can_run:
            self._sheet.move(by)
            self._say_note()
        else:
            self._sheet.scroll_rows(by)

    def action_sideways(self, by: int) -> None:
        """The command beside it; where one section is shown and has no columns, another section."""
        if self._can_run:
            self._sheet.move_sideways(by)
            self._say_note()

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self._sheet.scroll_rows(rows)

    def action_section(self, by: int) -> None:
        """Open the next section, or where all are in sight choose its first command."""
        if self.searching:
            return
        at = self._sections.index(self._section) if self._section in self._sections else 0
        self._section = self._sections[(at + by) % len(self._sections)]
        if self.app.size.width >= TWO_COLUMNS:
            self._sheet.go_to(self._ids(), choose=self._can_run)
            self._say_note()
        else:
            self._show()

    @property
    def _sheet(self) -> SheetView:
        return self.query_one("#help-sheet", SheetView)

    @property
    def _field(self) -> Input:
        return self.query_one("#help-field", Input)

    def _show(self) -> None:
        width, height = self.app.size.width, self._sheet.size.height or self.app.size.height - _AROUND
        wide = width >= TWO_COLUMNS
        if self.searching:
            self._sheet.show(found(COMMANDS, self._keys, self._field.value, width), cursor=self._first())
        else:
            shown = self._sections if wide else [self._section]
            self._sheet.show(overview(COMMANDS, self._keys, shown, width, height))
            self._sheet.go_to(self._ids(), choose=False)
        line = (
            title(self._keys, width)
            if wide
            else tabs(self._sections, self._section, searching=self.searching)
        )
        self.query_one("#help-title", Bar).say(line)
        self._say_note()
        hints = [("Esc", "back" if self.searching else "closes"), ("/", "or type: search")]
        if not wide and not self.searching:
            hints.insert(1, ("Tab", "next section"))
        if self._can_run:
            hints.append(("Enter", "does what is chosen"))
        pieces = [part for key, words in hints for part in (Piece(f" {key} ", Ink.KEY), Piece(f"{words} "))]
        self.query_one("#help-hints", Bar).say(tuple(pieces))

    def _say_note(self) -> None:
        """What is chosen, in full: its row may have room for the beginning only."""
        note: Line = (Piece(f" {EATEN_NOTE}", Ink.DIM),)
        if chosen := self._sheet.chosen:
            note = (Piece(f" {self._keys.shown(chosen)}", Ink.KEY), Piece(f"  {BY_ID[chosen].title}"))
        self.query_one("#help-note", Bar).say(note)

    def _ids(self) -> list[str]:
        """The commands of the open section."""
        return [command.id for command in COMMANDS if command.section is self._section]

    def _first(self) -> int | None:
        return 0 if self._can_run else None
