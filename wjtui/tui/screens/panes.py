"""Panes: how list and log share the main screen: its layout, what is zoomed, which one has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wjtui.tui.screens.layout import CLASSES, choose_layout, key_rows, list_height

if TYPE_CHECKING:
    from wjtui.tui.screens.main import MainScreen

_ROOM_FOR_SWITCHES = 16
"""Rows from which on the log in full height has its switches over it."""


class Panes:
    """Lays the main screen out for the terminal's size and for what the person wants to see."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self.zoomed = ""
        """``list``, ``lower`` or empty."""
        self._layout = choose_layout(80, 24, "")
        self._grown = 0
        self._list_height: int | None = 0

    @property
    def is_one(self) -> bool:
        """Whether there is room for one pane only."""
        return "-one-pane" in self._layout.classes

    def lay_out(self) -> None:
        """Lay out anew."""
        screen = self._screen
        width, height = screen.app.size
        self._layout = layout = choose_layout(width, height, self.zoomed)
        wanted = (screen.classes - {*CLASSES, "-details"}) | layout.classes
        if screen.lower.showing_details:
            wanted |= {"-details"}
        # Each change of a class has every widget's style looked up again, so all at once.
        if wanted != screen.classes:
            screen.set_classes(wanted)
        screen.log_pane.set_full("-zoom-lower" in layout.classes and height >= _ROOM_FOR_SWITCHES)
        self.set_heights()

    def set_heights(self) -> None:
        """Share the rows out between list, log and keys."""
        screen, layout = self._screen, self._layout
        height = screen.app.size.height - layout.rows_around - bool(screen.query_one("#banner").display)
        keys = key_rows(layout, screen.app.size.width, height, len(screen.session.store.jobs))
        if keys != screen.key_rows:
            screen.key_rows = keys
            screen.query_one("#footer-above").display = keys == 2
            screen.say_footer()
        # The shown ones: a filter with one match leaves the rest to the log; with none a sentence needs two.
        wanted = list_height(layout, height + 1 - keys, len(screen.table.rows) or 2, self._grown)
        if wanted != self._list_height:
            self._list_height = wanted
            screen.table.styles.height = wanted if wanted is not None else "1fr"

    def grow(self, by: int) -> None:
        """More rows for the list, or fewer."""
        if self._list_height is not None:
            self._grown += by
            self.set_heights()

    def zoom(self, pane: str) -> None:
        """Show one pane alone, or with an empty name both."""
        screen = self._screen
        self.zoomed = pane
        self.lay_out()
        if pane == "lower":
            screen.lower.panes[0].focus()
        elif pane == "list" or self.is_one:
            screen.table.focus()
        screen.say_footer()

    def unzoom(self) -> None:
        """Both panes, and the list has the focus."""
        self.zoom("")
        self._screen.table.focus()

    def toggle(self) -> None:
        """The pane with the focus alone, and back."""
        if self.zoomed:
            self.zoom("")
        else:
            self.zoom("lower" if self._screen.lower.in_use else "list")

    def next(self, step: int) -> None:
        """Focus the next pane; in the split log there are two."""
        panes = [self._screen.table, *self._screen.lower.panes]
        if self._layout.classes & {"-zoom-list", "-zoom-lower"}:
            if self.is_one and self.zoomed != "lower":
                self._screen.open_log()
                return
            panes = panes[1:] if self.zoomed == "lower" else panes[:1]
        at = next((number for number, pane in enumerate(panes) if pane.has_focus), -1)
        panes[(at + step) % len(panes)].focus()
